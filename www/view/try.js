/** @import { Controller } from "../controller.js" */
/** @import { Store } from "../model.js" */

/**
 * @param {HTMLElement} root
 * @param {Store} store
 * @param {Controller} controller
 */
export function mountTry(root, store, controller) {
  void [root, store, controller];
}
