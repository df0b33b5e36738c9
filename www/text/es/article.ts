import type * as English from "../en";
import { count, decimal } from "./shared";

export const article: typeof English.article = {
  otherLanguage: "In English",
  filtersPicture:
    "Filtros aprendidos de hojas muertas, ronda a ronda: los primeros vectores propios de M, cada uno con su parte. De la ejecución que trae la página.",
  mapsPicture: "Una imagen de prueba y cuánto cuenta cada uno de sus parches para el núcleo fijo y para la mejor ronda.",
  puzzle: [
    "Entrena una red convolucional con fotografías y mira su primera [capa](layer). Muchos de sus [filtros](filter) parecen bordes: claros por un lado y oscuros por el otro. Nadie pidió bordes. La red recibe imágenes y [etiquetas](label). Empieza con números al azar y los cambia en muchos pasos pequeños, por [retropropagación](backpropagation), hasta que sus errores son pequeños.",
    "¿Por qué bordes, entonces? ¿Qué regla decide lo que aprende una red? En 2023, [cuatro investigadores](https://arxiv.org/abs/2309.00570) propusieron una respuesta. Los filtros de una capa entrenada siguen las direcciones de un [parche](patch) ante las que más reacciona la salida. Cuánto reacciona una salida se puede medir en cualquier máquina que prediga, incluso en una que no tiene ningún filtro.",
    "Esta página lo hace con una [máquina de núcleo](machine), que predice comparando una imagen nueva con las de entrenamiento. Medimos ante qué píxeles reaccionan sus [predicciones](prediction) y escribimos el resultado en una matriz, [M](m). Después la máquina vuelve a comparar todas las imágenes, esta vez a través de M. En la primera [ronda](round) aún no hay M. A partir de ahí, los [vectores propios](eigenvector) de M actúan como filtros.",
  ],
  tries: {
    puzzle:
      "Pulsa Ejecutar arriba y mueve después el control de la ronda 0 a una posterior: aparecen filtros y cambian los aciertos.",
    network: "Entrena una red con las imágenes de esta ejecución y observa las dos filas de filtros y su correlación.",
    noise: "Dibuja tú la curva más abajo: cada punto es una ejecución completa en tu navegador.",
    where: "Pulsa un nombre para abrir ese conjunto y ejecutarlo tú.",
  },
  reactions: "Los tres primeros filtros de la mejor ronda y los parches de entrenamiento que más responden a ellos.",
  loop: {
    lead: "Una red convolucional aprende sus [filtros](filter) por descenso de [gradiente](gradient). ConvRFM repite en su lugar este ciclo, y cada paso tiene una solución exacta.",
    image: "Seguimos por el ciclo una [imagen de prueba](test), y en ella un [parche](patch).",
    patch:
      "Cada ventana de q × q píxeles es un parche: una lista de números, uno por píxel y [canal](channel). Las ventanas vecinas se solapan. A partir de aquí las imágenes solo se comparan por sus parches, y todos los parches se tratan con la misma regla. Eso significa [convolución](convolution). Ningún filtro puede ser mayor que un parche.",
    kernel:
      "¿Cuánto se parecen dos imágenes? El [núcleo](kernel) da un número. Toma los dos parches de cada lugar y su ángulo: los parches paralelos se parecen. Cada [capa](layer) suma después los lugares de alrededor. Es el [núcleo tangente neuronal](ntk), el de una red convolucional con infinitos filtros en cada capa.",
    ridge:
      "Cada [imagen de entrenamiento](training) recibe un peso por [clase](class). La suma de similitudes por pesos es la [predicción](prediction). Un sistema lineal con la [matriz del núcleo](kernelMatrix) ajusta los pesos a las [etiquetas](label); el parámetro [ridge](ridge) λ los mantiene pequeños, para que no se aprenda el ruido.",
    gradient:
      "¿Qué píxeles importan? Cambia un poco un píxel de un parche y mira cuánto cambia la predicción. El gradiente reúne esos cambios para todos los píxeles de un parche. La imagen es clara donde el gradiente es largo. Allí un cambio pequeño de la imagen cambia más la predicción.",
    matrix:
      "[M](m)[i, j] promedia el producto de la sensibilidad al píxel i y la sensibilidad al píxel j, sobre parches y clases: es el [promedio de los productos externos de los gradientes](agop), o AGOP. Naranja significa que subir los dos píxeles mueve la predicción en el mismo sentido; azul, en sentidos opuestos. Los [vectores propios](eigenvector) de M son los patrones ante los que más reaccionan las predicciones. Son los filtros.",
    seen: "Multiplica cada parche por la [raíz](root) de M. Los patrones que importan crecen y lo demás se apaga. La [ronda](round) siguiente compara las imágenes a través de estos parches, resuelve otra vez y encuentra una M nueva. Así el núcleo ha aprendido, aunque cada ronda no es más que un sistema lineal y un promedio.",
  },
  compare: [
    "¿Qué resulta? Los dos [núcleos](kernel) usan las mismas imágenes, las mismas [etiquetas](label) y la misma [regresión ridge](ridge). Solo cambia [M](m). La [ronda](round) 0 es el [núcleo fijo](fixed), y cada ronda posterior usa la M de la anterior. No todas las imágenes ganan: algunas se clasificaban bien antes y ahora no.",
    "Las [imágenes de validación](validation), con las que no se entrena, eligen la ronda que se publica. Las [imágenes de prueba](test) no eligen nada. El porcentaje de aciertos en ellas es una estimación honesta, que con unos cientos de imágenes se desvía dos o tres puntos.",
  ],
  edges: [
    "¿Son las [etiquetas](label) las que hacen que los [filtros](filter) parezcan bordes, o son las imágenes? Dos comparaciones responden. La [covarianza](covariance) de los [parches](patch) no usa ninguna etiqueta. Con etiquetas barajadas no hay nada que aprender. Compara los ocho filtros principales de ambas con los que dan las etiquetas verdaderas.",
  ],
  network: [
    "La respuesta de 2023 afirma algo sobre las redes, y se puede comprobar. Se entrena una red por descenso de [gradiente](gradient), sin ningún [AGOP](agop), y se comparan dos matrices. WᵀW es la [covarianza](covariance) de los [filtros](filter) de una [capa](layer). El AGOP viene de los gradientes de las salidas de la red. El ansatz neuronal convolucional de características dice que una es múltiplo de la otra. ConvRFM convierte esa frase en un algoritmo: pone la covarianza igual al AGOP.",
    "Con cifras lo hemos visto confirmado, con una advertencia. Después del entrenamiento, la [correlación](correlation) es de 0,92 a 0,99. Con filtros al azar en lugar de W queda por debajo de 0,4. Pero antes del entrenamiento también es alta, porque ambas matrices contienen W. La mejor prueba es el cambio de W desde el principio: concuerda igual de bien con el AGOP.",
    "Esto vale para redes que empiezan con pesos pequeños. Con pesos iniciales mayores, la concordancia baja a 0,75 en la primera capa, aunque esas redes clasifican mejor.",
  ],
  noise: [
    "Un [núcleo](kernel) aprendido ayuda más donde un patrón pequeño está rodeado de ruido. En la señal local, una fila de 32 píxeles es constante y 15 filas son ruido. El [núcleo fijo](fixed) compara todos los [parches](patch) por igual, así que el ruido cuenta tanto como la señal.",
    "Con 20 [imágenes de entrenamiento](training), ConvRFM supera al núcleo fijo con cualquier [nivel de ruido](sigma) en 8 a 20 puntos. Una red pequeña es mejor donde hay poco ruido. Donde hay mucho, ConvRFM va por delante, pero por menos que su dispersión entre [semillas](seed).",
  ],
  deep: [
    "Deep ConvRFM repite ConvRFM sobre su propia salida. Genera [filtros](filter) al azar cuya [covarianza](covariance) es la [M](m) aprendida y [convoluciona](convolution) con ellos cada imagen. El [nivel](level) siguiente empieza con el resultado y con un [núcleo](kernel) de una [capa](layer) menos. Los filtros de niveles más profundos responden a partes mayores de la imagen.",
    "Con una [ReLU](relu) y [pooling](pooling) entre los niveles, la profundidad ayuda: 31 puntos con cifras en ruido, 4 con cifras y con fotografías, menos de uno con ropa. La mayor parte viene del pooling. Los promedios sobre ventanas pequeñas cambian poco cuando una cifra se mueve un píxel.",
    "Los filtros generados sin aprender nada dan tan buen resultado como los aprendidos, en todos los tamaños que probamos. Sin pooling, como en el artículo, un segundo nivel pierde con ruido y con fotografías.",
  ],
  where: [
    "ConvRFM gana mucho donde deciden pocos píxeles y los demás son ruido: una estrella oculta, una fila constante. Gana algunos puntos con cifras en ruido. Con cifras y ropa sin ruido la ganancia es menor que su dispersión entre [semillas](seed), y con fotografías de diez [clases](class) no hay ninguna.",
    "Un límite está en el [núcleo](kernel). Compara lugares iguales, así que un gato a la izquierda no se parece a un gato a la derecha, sean cuales sean los [filtros](filter). Otro límite está en el ciclo. Cada [ronda](round) concentra [M](m). Con cifras en ruido, después de tres rondas queda poco más de una dirección, y los aciertos dejan de subir.",
  ],
  open: [
    "¿Por qué el entrenamiento hace que los filtros sigan a los [gradientes](gradient)? Hay demostraciones para redes sencillas y contraejemplos para otras. Trabajos posteriores sustituyen el ansatz por un teorema sobre las redes al final de su entrenamiento.",
    "¿Hay que comparar WᵀW con el [AGOP](agop) o con su [raíz](root)? La primera versión de los programas de los autores usa uno; una posterior, la otra. ¿Ayudan los filtros aprendidos al [nivel](level) siguiente cuando hay muchas más imágenes? Con 8000 vimos un cuarto de punto, tanto como el error. ¿Y cómo sería un núcleo que aprendiera también adónde pueden moverse las cosas?",
  ],
  reading: [
    ["El artículo de esta página", "https://arxiv.org/abs/2309.00570", "Beaglehole, Radhakrishnan, Pandit, Belkin (2023)"],
    [
      "Recursive feature machines: la idea sin convolución",
      "https://arxiv.org/abs/2212.13881",
      "Radhakrishnan, Beaglehole, Pandit, Belkin (2022)",
    ],
    ["El núcleo tangente neuronal", "https://arxiv.org/abs/1806.07572", "Jacot, Gabriel, Hongler (2018)"],
    [
      "El NTK convolucional, calculado de forma exacta",
      "https://arxiv.org/abs/1904.11955",
      "Arora, Du, Hu, Li, Salakhutdinov, Wang (2019)",
    ],
    ["Cuándo vale el ansatz y cuándo no", "https://arxiv.org/abs/2510.15563", "Tansley, Massart, Cartis (2025)"],
    ["Un teorema en lugar del ansatz", "https://arxiv.org/abs/2507.05644", "Boix-Adserà, Mallinar, Simon, Belkin (2025)"],
  ],
};

export const measured: typeof English.measured = {
  fixed: "núcleo fijo",
  learned: "ConvRFM",
  network: "red pequeña",
  deep: "dos niveles",
  oneLevel: "un nivel",
  trained: "entrenada",
  untrained: "antes de entrenar",
  random: "filtros al azar",
  change: "cambio de W",
  spread: ({ mean, deviation }) => `${decimal(mean)} ± ${decimal(deviation)}`,
  correlation: ({ mean, deviation }) => `${decimal(mean, 2)} ± ${decimal(deviation, 2)}`,
  seeds: (train, seeds) => `${count(train)} imágenes, ${seeds} semillas`,
  layer: (layer) => `capa ${layer}`,
  sets: "Aciertos en porcentaje de imágenes de prueba, media y desviación estándar entre semillas: núcleo fijo, ConvRFM y una red pequeña",
  noise: "Aciertos según el ruido: núcleo fijo, ConvRFM y una red pequeña",
  levels: "Aciertos, en porcentaje de imágenes de prueba: núcleo fijo, un nivel y dos niveles",
  ansatz: "Correlación de WᵀW con el AGOP en cada capa",
  setsAbout: "Porcentaje de imágenes de prueba, media ± desviación estándar entre semillas.",
  noiseAbout:
    "Señal local, 20 imágenes de entrenamiento, parches de 8 × 8, diez semillas. Las bandas son ± una desviación estándar.",
  levelsAbout:
    "Porcentaje de imágenes de prueba, media ± desviación estándar de cinco semillas, 1000 imágenes de entrenamiento. Dos niveles llevan una ReLU y pooling.",
  ansatzAbout: "1000 cifras, tres capas de 16 filtros, pesos iniciales de 0,005. Media ± desviación estándar de cinco semillas.",
  more: "Todos los resultados y cómo repetirlos",
  reading: "Más lecturas",
  open: "Qué queda abierto",
};
