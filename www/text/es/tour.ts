import type * as English from "../en";

export const tour: typeof English.tour = {
  number: (step, steps) => `Visita, ${step} de ${steps}`,
  back: "Atrás",
  next: "Siguiente",
  finish: "Terminar",
  end: "Salir de la visita",
  there: "Ir allí",
  done: "Hecho. Vamos al paso siguiente.",
  moved: "Hecho. Sigue cuanto quieras y pulsa Siguiente.",
  instead: "Estas imágenes no se pueden dibujar a mano. Elige otras que sí, o sigue.",
  wayBack: "Mayús y Tabulador juntos traen de vuelta aquí.",
  hasRun: "Ya se ha ejecutado. Pulsa «Otra vez» para volver a verlo, o sigue.",
  steps: [
    {
      title: "Imágenes con respuesta",
      body: "Estas son algunas de las imágenes de entrenamiento, cada una con su respuesta correcta. A la máquina se le dicen estas respuestas, pero no qué buscar: eso tiene que descubrirlo.",
    },
    {
      title: "Que aprenda",
      body: "Aprende en rondas. Cada ronda compara todas las imágenes, resuelve un sistema de ecuaciones lineales y pregunta qué importó. Bastan unos segundos.",
      task: "Pulsa Ejecutar. La visita sigue cuando esté hecho.",
    },
    {
      title: "Antes y después",
      body: "A la izquierda: los aciertos cuando todos los píxeles de un parche cuentan igual. A la derecha: después de descubrir cuáles importan. Ambos se cuentan en imágenes que nunca ha visto.",
    },
    {
      title: "Lo que aprendió a buscar",
      body: "Cada imagen pequeña es un patrón. Donde un parche se le parece, la respuesta cambia más. Nadie los dibujó; salieron de los datos.",
    },
    {
      title: "Sus ojos, antes y después",
      body: "Una imagen de prueba, y cuánto cuenta cada lugar de ella. El núcleo fijo pesa igual todo lo claro; el aprendido mira donde está la señal.",
    },
    {
      title: "Solo ve ventanas pequeñas",
      body: "Toda imagen se corta en parches que se solapan. Un parche es una lista de números, un vector, y todo lo que sigue parte de él.",
      task: "Muévete sobre esta imagen, o usa en ella las flechas.",
    },
    {
      title: "¿Cuánto se parecen dos imágenes?",
      body: "Un número por cada par de imágenes, hecho de todos sus parches. Con una tabla de estos números, la matriz del núcleo, le basta para responder: una imagen nueva recibe las respuestas de las que se le parecen.",
    },
    {
      title: "¿Qué píxeles importaron?",
      body: "Cambia un poco un píxel de un parche: ¿cuánto cambia la respuesta? Promediado sobre todos los parches, para cada par de píxeles, eso es la matriz M. Sus direcciones más fuertes son los patrones que viste.",
    },
    {
      title: "Te toca",
      body: "Haz aquí una imagen tuya, y cada ronda dirá qué piensa de ella.",
      task: "Dibuja, o mueve lo que hay, con el puntero o las flechas.",
    },
    {
      title: "Ahora cambia algo",
      body: "Parches más pequeños, más ruido, un experimento del artículo: predice qué pasará y ejecuta. Fija una ejecución para compararla con la siguiente. Al pie de la página te lo puedes llevar todo.",
    },
  ],
};
