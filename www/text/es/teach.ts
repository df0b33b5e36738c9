import type { Exercise } from "../../chapters/teach/exercises";
import type * as English from "../en";
import { count, decimal, list, percent } from "./shared";

const reached = ({ what }: Exercise["goal"], value: number) =>
  ({
    test: `el acierto en prueba de la mejor ronda es del ${percent(value)}`,
    gain: `la mejor ronda gana ${decimal(value)} puntos sobre la ronda 0`,
    later: value === 1 ? "1 ronda sigue a la mejor" : `${count(value)} rondas siguen a la mejor`,
  })[what];

const wanted = ({ what, atLeast }: Exercise["goal"]) =>
  ({
    test: `al menos ${percent(atLeast, 0)}`,
    gain: `al menos ${count(atLeast)} puntos`,
    later: `al menos ${count(atLeast)}, y una mejor ronda posterior a la 0`,
  })[what];

export const teach: typeof English.teach = {
  about:
    "Tres clases preparadas, con enlaces que abren la página en el estado adecuado, ejercicios que la página comprueba y una herramienta para crear tus propios enlaces. Los alumnos solo necesitan un navegador.",
  lesson: (minutes) => `${minutes} minutos`,
  goals: "Objetivos",
  course: "Desarrollo",
  open: (part) => `Abrir la parte ${part}`,
  questions: "Preguntas",
  mistakes: "Errores frecuentes",
  exercises: "Ejercicios",
  handoutOpen: "Mostrar la hoja",
  handoutClose: "Ocultar la hoja",
  print: "Imprimir",
  name: "Nombre: ______________________________",
  plans: {
    20: {
      title: "Filtros sin red neuronal",
      goals: [
        "Decir qué es un filtro.",
        "Decir qué comparan los dos aciertos.",
        "Probar un filtro aprendido con una imagen propia.",
      ],
      course: [
        "Haced juntos los pasos 1 a 4 de la visita: los filtros, una ejecución y las imágenes (8 minutos).",
        "Ejecuta los datos de la estrella en la pantalla grande. Pregunta antes: ¿qué mostrarán los filtros? (6 minutos)",
        "Por parejas: mover la estrella y mirar las predicciones de cada ronda (6 minutos).",
      ],
      questions: [
        {
          ask: "¿Quién dibujó los filtros?",
          answer: "Nadie. Se calculan a partir de las imágenes de entrenamiento y sus etiquetas.",
        },
        {
          ask: "¿Qué comparan el número azul y el naranja?",
          answer: "La misma máquina de núcleo antes y después de usar filtros aprendidos, con las mismas imágenes de prueba.",
        },
        {
          ask: "¿Por qué se apartan imágenes de prueba?",
          answer: "El acierto en imágenes con las que se aprendió dice poco sobre imágenes nuevas.",
        },
      ],
      mistakes: [
        "«Es una red neuronal.» No se entrena ninguna red: cada ronda resuelve un sistema lineal.",
        "«Un filtro es el retrato de una clase.» Es un patrón dentro de un parche que cambia las predicciones.",
      ],
    },
    45: {
      title: "Una ronda del ciclo",
      goals: [
        "Nombrar en orden los pasos de una ronda.",
        "Explicar con palabras el gradiente y M.",
        "Explicar por qué la ronda se elige con imágenes de validación.",
      ],
      course: [
        "Recorrer con la visita los parches, el núcleo y los pesos (12 minutos).",
        "En la pantalla grande: los gradientes, M y la ronda siguiente (10 minutos).",
        "Por parejas: el ejercicio sobre el ridge (13 minutos).",
        "Dibujar una cifra y comparar las predicciones de las rondas (10 minutos).",
      ],
      questions: [
        {
          ask: "¿Cuántos números tiene un parche de 11 × 11 píxeles de una imagen en color?",
          answer: "3 · 11 · 11 = 363 números.",
        },
        {
          ask: "¿Qué significa un gradiente grande en un píxel?",
          answer: "Un cambio pequeño de ese píxel cambia mucho la predicción.",
        },
        {
          ask: "¿Qué dice la entrada M[i, j]?",
          answer: "Promedia la sensibilidad al píxel i por la sensibilidad al píxel j, sobre parches y clases.",
        },
        {
          ask: "¿Por qué no se elige la ronda por su acierto en prueba?",
          answer: "Ese acierto describiría también la elección, y sería demasiado alto para imágenes nuevas.",
        },
      ],
      mistakes: [
        "«Más rondas siempre es mejor.» Con pocas imágenes, las últimas rondas suelen perder acierto.",
        "«El gradiente cambia los pesos poco a poco.» Un sistema lineal da los pesos; los gradientes solo dan M.",
      ],
    },
    90: {
      title: "Del ciclo a las redes",
      goals: [
        "Explicar por qué una raíz de M ayuda a encontrar una señal en el ruido.",
        "Enunciar el ansatz de las redes convolucionales (CNFA) y cómo se comprueba.",
        "Planear un experimento que cambie una sola cosa, y repetirlo con otras semillas.",
      ],
      course: [
        "La visita entera, por parejas (20 minutos).",
        "Una señal pequeña en mucho ruido: el paso 9 de la visita muestra M (15 minutos).",
        "En grupos: los ejercicios sobre las imágenes y el ruido (20 minutos).",
        "Entrenar la red pequeña y comparar sus filtros con los de la máquina de núcleo (20 minutos).",
        "Dos niveles con cifras en ruido, y un resumen (15 minutos).",
      ],
      questions: [
        {
          ask: "¿Por qué ayuda M cuando la señal es pequeña y el ruido grande?",
          answer:
            "Los vectores propios principales de M son los patrones que cambian las predicciones. El núcleo siguiente depende menos de las demás direcciones de un parche.",
        },
        {
          ask: "¿Qué afirma el ansatz?",
          answer: "Tras el entrenamiento, WᵀW de una capa convolucional es proporcional al AGOP sobre los parches que lee la capa.",
        },
        {
          ask: "¿Demuestra una correlación alta cómo aprenden las redes?",
          answer: "No. Concuerda con el ansatz en estas imágenes y en esta red.",
        },
        {
          ask: "¿Por qué repetir una ejecución con otras semillas?",
          answer: "Un reparto de las imágenes puede ser fácil o difícil por azar. La media y su dispersión dicen más.",
        },
      ],
      mistakes: [
        "«M es una covarianza de las imágenes.» Promedia gradientes de las predicciones, así que las etiquetas cuentan.",
        "«Una ejecución lo demuestra.» Con pocas imágenes de prueba, unos puntos son azar.",
      ],
    },
  },
  exercisesHeading: "Ejercicios que la página comprueba",
  exercisesAbout:
    "«Empezar» abre los ajustes. Cambia lo que pide el ejercicio y pulsa Ejecutar. La página compara con la meta cada ejecución terminada.",
  exercise: {
    ridge: {
      name: "el ridge",
      task: "Encuentra un ridge con el que la estrella se reconozca con 20 imágenes de entrenamiento (semilla 4): un acierto en prueba de al menos el 75 %.",
      hint: "Con pocas imágenes es fácil ajustarse al ruido. ¿Con qué ridge es menos estrecho el ajuste?",
    },
    images: {
      name: "el número de imágenes",
      task: "¿Con cuántas imágenes de entrenamiento ganan más los filtros aprendidos? Encuentra un número con una ganancia de al menos 15 puntos sobre la ronda 0 (señal local, semilla 4).",
      hint: "Con muchas imágenes el núcleo fijo ya es bueno.",
    },
    noise: {
      name: "el ruido",
      task: "¿Con qué ruido llega ConvRFM a un acierto en prueba de al menos el 90 % con 100 imágenes de entrenamiento (señal local, semilla 4)?",
      hint: "El ajuste se llama ruido σ. Redúcelo a la mitad.",
    },
    rounds: {
      name: "las rondas",
      task: "Muestra que más rondas no siempre es mejor: una ejecución con 20 imágenes de la estrella (semilla 4) en la que al menos dos rondas sigan a la mejor.",
      hint: "Dos rondas son pocas para verlo.",
    },
  },
  start: "Empezar",
  startNamed: (name) => `Empezar: ${name}`,
  hint: "Pista",
  openExercise: "Aún sin intentar.",
  other: (settings) => `La última ejecución difiere del ejercicio en: ${list(settings)}. Pulsa Empezar y no cambies nada más.`,
  missed: (goal, value) => `Todavía no: ${reached(goal, value)}; meta: ${wanted(goal)}.`,
  solved: (goal, value) => `Resuelto: ${reached(goal, value)}.`,
  linkHeading: "Crear un enlace para una clase",
  linkAbout: "El enlace abre la página con los ajustes que tiene ahora. Desmarca lo que los alumnos no deban ver.",
  chapters: "Capítulos",
  controls: "Controles",
  control: {
    header: "Título",
    data: "Datos y el capítulo de las imágenes",
    step: "Paso",
    "new-seed": "Sortear",
    experiment: "Experimentos del artículo",
    reset: "Reiniciar",
    footer: "Pie",
  },
  step: "Visita",
  noStep: "Sin visita",
  ownLanguage: "El del lector",
  languages: { en: "English", es: "Español" },
  link: "Enlace de la clase",
};
