/** Which class an answer names: the rule of the engine's `class_of`, so that what is marked is what was counted. */

/**
 * The class of the largest number, the first of equals.
 * @param answer  f(x), one number per class
 */
export function classOf(answer: ArrayLike<number>) {
  let [first, most] = [0, -Infinity];
  for (let label = 0; label < answer.length; label++) {
    const value = answer[label] ?? -Infinity;
    if (value > most) [first, most] = [label, value];
  }
  return first;
}
