import type * as English from "../en";

export const tour: typeof English.tour = {
  number: (step, steps) => `Visita, ${step} de ${steps}`,
  back: "Atrás",
  next: "Siguiente",
  finish: "Terminar",
  end: "Salir de la visita",
  there: "Ir allí",
  done: "Hecho. Ahora viene el paso siguiente.",
  touch: "Toca o dibuja aquí.",
  moved: "Hecho. Sigue cuanto quieras y pulsa Siguiente.",
  instead: "Estas imágenes no se pueden dibujar a mano. Elige otras que sí, o pulsa Siguiente.",
  wayBack: "Mayús y Tabulador juntos traen de vuelta aquí.",
  hasRun: "Esta ejecución ha terminado. Ejecútala otra vez para volver a verla, o pulsa Siguiente.",
  running: "Este paso necesita resultados. Arriba hay una ejecución en marcha. El paso se muestra cuando termine.",
  needsRun: "Este paso necesita resultados. Pulsa Ejecutar, arriba.",
  steps: [
    {
      title: "Los filtros",
      body: "Cada imagen pequeña es un filtro: un patrón de píxeles que cambia mucho las predicciones. Nadie dibujó estos filtros. Salen de las imágenes de entrenamiento y de sus etiquetas.",
    },
    {
      title: "Ejecútalo",
      body: "El método avanza por rondas. Cada ronda compara las imágenes y resuelve un sistema lineal. Luego mide qué píxeles importaron. Una ejecución tarda unos segundos.",
      task: "Pulsa Ejecutar. La visita sigue cuando termine la ejecución.",
    },
    {
      title: "Antes y después",
      body: "En azul, el núcleo fijo: todos los píxeles de un parche cuentan igual. En naranja, el núcleo con los filtros aprendidos. Los dos aciertos se miden en imágenes de prueba, con las que no se aprendió.",
    },
    {
      title: "Imágenes con etiquetas",
      body: "Estas son algunas de las imágenes de entrenamiento. El método recibe cada imagen con su etiqueta. Nada le dice en qué se distinguen las clases.",
    },
    {
      title: "Las imágenes se vuelven parches",
      body: "El ciclo es una ronda. Primero, cada imagen se corta en parches pequeños que se solapan. Un parche es una lista de números. Todos los pasos siguientes trabajan con parches.",
    },
    {
      title: "¿Cuánto se parecen dos imágenes?",
      body: "El núcleo K da un número por cada par de imágenes. El número es alto si sus parches se parecen. Aquí ves qué imágenes de entrenamiento se parecen más a esta.",
    },
    {
      title: "Un peso por imagen",
      body: "Cada parecido se multiplica por un peso. La suma es la predicción. Un solo sistema lineal da todos los pesos. El ridge los mantiene pequeños, y así el ruido cuenta menos.",
    },
    {
      title: "¿Qué píxeles importan?",
      body: "Cambia un poco un píxel de un parche. ¿Cuánto cambia la predicción? El gradiente lo dice para cada píxel. Un valor grande señala un píxel que importa.",
    },
    {
      title: "La matriz M",
      body: "M tiene un número por cada par de píxeles. Es el producto de sus dos gradientes, en promedio sobre muchos parches. Las direcciones principales de M son los filtros.",
    },
    {
      title: "Mirar otra vez a través de M",
      body: "Una raíz de M transforma cada parche. Los patrones que importaron se refuerzan. El resto se apaga.",
    },
    {
      title: "La ronda siguiente",
      body: "Los parches transformados vuelven al núcleo. Luego hay pesos nuevos y una M nueva. Pulsa un número para ver esa ronda. Al final, las imágenes de validación eligen la mejor.",
    },
    {
      title: "Prueba con una imagen tuya",
      body: "Dibuja una cifra o mueve la estrella. Cada ronda clasifica tu imagen.",
      task: "Usa aquí el puntero o las flechas.",
    },
    {
      title: "Tres cosas que probar",
      body: "Cada botón cambia los ajustes. Tus resultados se quedan hasta la próxima ejecución, y Deshacer recupera los ajustes de antes.",
    },
  ],
  tries: {
    noise: {
      name: "Cifras en ruido",
      task: "Pulsa Ejecutar. El ruido tapa casi toda la cifra. ¿Se ven aún trazos en los filtros?",
    },
    patches: { name: "Parches más pequeños", task: "Pulsa Ejecutar. ¿Qué no ven los parches pequeños? Compara los dos aciertos." },
    star: { name: "La estrella del artículo", task: "Pulsa Ejecutar. ¿Ves una estrella en los primeros filtros de la ronda 1?" },
  },
};
