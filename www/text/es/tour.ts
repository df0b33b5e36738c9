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
  steps: [
    {
      title: "Los filtros",
      body: "Cada imagen pequeña es un filtro: un patrón de píxeles al que las predicciones reaccionan mucho. Nadie dibujó estos filtros. Se deducen de las imágenes de entrenamiento y sus etiquetas.",
    },
    {
      title: "Ejecútalo",
      body: "El método avanza por rondas. Cada ronda compara todas las imágenes de entrenamiento, resuelve un sistema de ecuaciones lineales y mide qué píxeles importaron. Bastan unos segundos.",
      task: "Pulsa Ejecutar. La visita sigue cuando termine la ejecución.",
    },
    {
      title: "Antes y después",
      body: "En azul, el núcleo fijo, para el que todos los píxeles de un parche cuentan igual. En naranja, el núcleo con los filtros aprendidos. Los dos aciertos se miden en imágenes de prueba.",
    },
    {
      title: "Una imagen, a través de los filtros",
      body: "Los mapas muestran cuánto cuenta cada parche de una imagen de prueba. En el núcleo fijo cuenta todo parche con valores grandes. En el aprendido cuentan los parches que contienen los patrones aprendidos.",
    },
    {
      title: "Imágenes con etiquetas",
      body: "Estas son algunas de las imágenes de entrenamiento. El método recibe cada imagen con su etiqueta, y nada sobre lo que distingue a las clases.",
    },
    {
      title: "Las imágenes se vuelven parches",
      body: "El ciclo de abajo es una ronda. Cada imagen se corta en pequeños parches que se solapan. Un parche es una lista de números, y todo lo demás se calcula a partir de parches.",
    },
    {
      title: "¿Cuánto se parecen dos imágenes?",
      body: "El núcleo K da un número por cada par de imágenes, calculado con todos sus parches. Una imagen nueva se clasifica por su parecido con las de entrenamiento.",
    },
    {
      title: "¿Qué píxeles importan?",
      body: "Si un píxel de un parche cambia un poco, ¿cuánto cambia la predicción? Promediado sobre los parches para cada par de píxeles, eso es la matriz M. Sus primeros vectores propios son los filtros.",
    },
    {
      title: "Prueba con una imagen tuya",
      body: "Dibuja un dígito o mueve la estrella. Cada ronda clasifica tu imagen.",
      task: "Usa aquí el puntero o las flechas.",
    },
    {
      title: "Cambia algo",
      body: "Prueba otros datos, parches más pequeños o un experimento del artículo. Los resultados se quedan hasta la próxima ejecución, y Deshacer recupera los ajustes. Al final de la página se puede guardar todo.",
    },
  ],
};
