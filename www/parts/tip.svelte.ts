/**
 * One tooltip for an instance: shown while the pointer or the keyboard focus is on an element, closed by Escape. Assistive technology
 * reads the same words through `aria-description`.
 */
export const shown: { tip: { text: string; anchor: HTMLElement } | null } = $state({ tip: null });

/** `{@attach tip("What this control does")}` on the element that takes the focus, or around it. */
export function tip(text: string) {
  return (element: HTMLElement) => {
    const control = element.matches("input, select, button, summary")
      ? element
      : (element.querySelector<HTMLElement>("input, select") ?? element.querySelector<HTMLElement>("button, summary") ?? element);
    control.setAttribute("aria-description", text);
    const show = () => {
      shown.tip = { text, anchor: element };
    };
    // Later, because an element that is being removed loses the focus in the middle of an update.
    const hide = () =>
      queueMicrotask(() => {
        if (shown.tip?.anchor === element) shown.tip = null;
      });
    const enter = (event: PointerEvent) => event.pointerType === "mouse" && show();
    const focus = () => control.matches(":focus-visible") && show();
    element.addEventListener("pointerenter", enter);
    element.addEventListener("pointerleave", hide);
    control.addEventListener("focus", focus);
    control.addEventListener("blur", hide);
    return () => {
      hide();
      element.removeEventListener("pointerenter", enter);
      element.removeEventListener("pointerleave", hide);
      control.removeEventListener("focus", focus);
      control.removeEventListener("blur", hide);
    };
  };
}
