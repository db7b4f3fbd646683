// Moving the slider of years shows that year in place. Without this script the form is sent by its button, and
// the links of years beside it lead to the same pages.
const form = document.getElementById("years");
const slider = form.elements.year;
const links = () => [...document.querySelectorAll("#of-year nav.years a")];
const pages = new Map(); // by address, as they came
form.querySelector("button").hidden = true;
form.querySelector("output").hidden = false;

function fetched(href) {
  if (!pages.has(href)) {
    pages.set(href, fetch(href).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status))));
    pages.get(href).catch(() => pages.delete(href));
  }
  return pages.get(href);
}

async function show() {
  const year = slider.value;
  form.querySelector("output").textContent = year;
  const link = links().find((one) => one.textContent === year);
  let text;
  try {
    text = await fetched(link.href);
  } catch {
    location.assign(link.href);
    return;
  }
  if (slider.value !== year) return; // moved on meanwhile
  const page = new DOMParser().parseFromString(text, "text/html");
  document.title = page.title;
  for (const part of ["h1", "#of-year", "a.language"]) {
    document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  }
  history.replaceState(null, "", link.href);
}

slider.addEventListener("input", show);
