/** A host in plain HTML that does what the React and the Vue host do. */
export const PLAIN_SCRIPT = `
  const heard = [];
  const tell = ({ type, detail }) => {
    heard.push(type === "round" ? "round " + detail.round : type);
    document.querySelector("output").textContent = heard.join(", ");
  };
  for (const type of ["round", "done"]) document.addEventListener(type, tell);
  const element = document.querySelector("conv-rfm");
  there.onclick = () => (element.isConnected ? element.remove() : document.querySelector("main").append(element));
  patch.onclick = () => element.setAttribute("patch", "7");
  go.onclick = () => element.run();
`;

export const SETTINGS = 'engine="cpu" data="star" train="20" validation="20" test="40" seed="12" depth="1" rounds="2" agop="5"';

export const PLAIN = `<main>
  <button id="there">there</button> <button id="patch">patch</button> <button id="go">go</button>
  <conv-rfm figure="filters" ${SETTINGS} patch="5" run="press"></conv-rfm>
  <output></output>
</main>`;
