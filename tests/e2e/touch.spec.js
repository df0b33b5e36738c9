/** On a touch screen no instruction asks for a mouse or for keys, in either language. */
import { expect, loadChapters, open, QUICK, test, untilPhase } from "./page.js";

test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });

const LANGUAGES = {
  en: { never: /\b(click|hover|arrow keys?|mouse|keyboard|drag|point at)/i, said: [/Tap the image to choose a patch/, /Tap the image to move the star/, /Tap a cell/, /Tap the matrix/] },
  es: { never: /\b(clic|flechas|ratón|teclado|arrastra|señala la)/i, said: [/Toca la imagen para elegir un parche/, /Toca la imagen para mover la estrella/, /Toca una casilla/, /Toca la matriz/] },
};

for (const [language, { never, said }] of Object.entries(LANGUAGES)) {
  test(`instructions speak of tapping: ${language}`, async ({ page }) => {
    await open(page, `${QUICK}&lang=${language}`);
    await page.locator("[part=run]").tap();
    await untilPhase(page, "finished");
    await loadChapters(page);
    const text = (await page.locator("[part=app]").textContent()) ?? "";
    for (const each of said) expect(text).toMatch(each);
    expect(text.match(never)?.[0]).toBeUndefined();
  });
}
