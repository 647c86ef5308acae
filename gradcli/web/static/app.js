// The page: what is typed is asked after a short pause, what comes back is shown.
"use strict";

const byId = (id) => document.getElementById(id);
const program = byId("program");
const PAUSE = 250; // milliseconds after the last key
let asked = 0;
let timer = 0;

function options() {
  return { layout: byId("layout").value || null, steps: byId("steps").value || null };
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
  drawMarks([]);
}

async function refresh() {
  const number = ++asked;
  byId("status").textContent = "…";
  history.replaceState(null, "", `#${encoded(program.value)}`);
  const began = performance.now();
  let found;
  try {
    found = await backend.ask({ text: program.value, ...options() });
  } catch (problem) {
    found = { error: `no answer: ${problem.message}` };
  }
  if (number !== asked) return; // an older question
  byId("code").hidden = true;
  if (found.error) {
    byId("status").textContent = found.error;
    return;
  }
  byId("status").textContent = `answered in ${Math.round(performance.now() - began)} ms`;
  showShapes(found.shapes);
  showSaid(found);
  byId("answer").innerHTML = found.html; // made by gradcli, every word of the user's escaped
  letScroll();
  drawMarks([
    ...found.diagnostics.filter((each) => each.to > each.from).map((each) => [each.from, each.to, each.severity]),
    ...found.verdicts.filter((each) => !each.ok).map((each) => [each.from, each.to, "refuted"]),
  ]);
}

function letScroll() { // what is wider than its place can be scrolled by keys too
  for (const part of byId("answer").querySelectorAll(".display, figure, pre")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

function showShapes(shapes) {
  const lines = program.value.split("\n").length;
  const list = byId("shapes");
  list.replaceChildren();
  const byLine = new Map(shapes.filter((each) => each.line >= 0).map((each) => [each.line, each.text]));
  for (let line = 0; line < lines; line += 1) {
    const item = document.createElement("li");
    item.textContent = byLine.get(line) ?? "";
    list.append(item);
  }
  byId("inferred").textContent = shapes.filter((each) => each.line < 0).map((each) => each.text).join(" ");
}

function showSaid(found) {
  const list = byId("said");
  list.replaceChildren();
  for (const said of found.diagnostics) {
    const item = document.createElement("li");
    item.className = said.severity;
    item.append(place(said), `${said.code} ${said.message}${said.hint ? ` — ${said.hint}` : ""}`.trim());
    if (said.fix) item.append(document.createElement("br"), mendButton(said.fix, said.fix.title, said.fix.text));
    list.append(item);
  }
  for (const verdict of found.verdicts) {
    const item = document.createElement("li");
    item.className = verdict.ok ? "proved" : verdict.verdict;
    item.append(place(verdict), strong(verdict.verdict), ` ${verdict.statement}`);
    if (!verdict.ok) {
      for (const words of [verdict.hint ? `hint: ${verdict.hint}` : verdict.reason, verdict.counterexample]) {
        if (words) item.append(document.createElement("br"), words);
      }
      if (verdict.mend) item.append(document.createElement("br"), mendButton(verdict, `write ${verdict.mend}`, verdict.mend));
    }
    list.append(item);
  }
}

function place(said) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "place";
  button.textContent = `line ${said.line + 1}`;
  button.addEventListener("click", () => {
    program.focus();
    program.setSelectionRange(said.from, said.to);
  });
  return button;
}

function strong(text) {
  const element = document.createElement("strong");
  element.textContent = text;
  return element;
}

function mendButton(where, title, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mend";
  button.textContent = title;
  button.addEventListener("click", () => {
    program.setRangeText(text, where.from, where.to, "end");
    program.focus();
    refresh();
  });
  return button;
}

function drawMarks(marks) {
  const text = program.value;
  const layer = byId("marks");
  layer.replaceChildren();
  let at = 0;
  for (const [from, to, kind] of marks.sort((a, b) => a[0] - b[0])) {
    if (from < at) continue;
    layer.append(text.slice(at, from));
    const mark = document.createElement("mark");
    mark.className = kind;
    mark.textContent = text.slice(from, to);
    layer.append(mark);
    at = to;
  }
  layer.append(`${text.slice(at)}\n`);
  const lines = text.split("\n").length;
  program.rows = Math.max(lines + 1, 12);
}

async function copyAs(form) {
  const found = await backend.ask({ text: program.value, ...options(), form });
  const code = byId("code");
  code.textContent = found.code ?? found.error;
  code.hidden = !code.textContent;
  if (!code.textContent) {
    byId("status").textContent = "there is nothing to copy: the program asks for no derivative";
    return;
  }
  try {
    await navigator.clipboard.writeText(code.textContent);
    byId("status").textContent = `copied as ${form}`;
  } catch {
    byId("status").textContent = "shown below: the browser lets no page copy here";
  }
}

function encoded(text) {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decoded(hash) {
  try {
    const bytes = Uint8Array.from(atob(hash.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "";
  }
}

async function begin() {
  const examples = await backend.examples();
  const choice = byId("examples");
  for (const example of examples) choice.append(new Option(example.title));
  choice.addEventListener("change", () => {
    const chosen = examples.find((each) => each.title === choice.value);
    if (chosen) {
      program.value = chosen.text;
      refresh();
    }
  });
  program.value = decoded(location.hash.slice(1)) || examples[0].text;
  await refresh();
}

program.addEventListener("input", later);
program.addEventListener("scroll", () => { byId("marks").scrollLeft = program.scrollLeft; });
program.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) refresh();
});
for (const id of ["layout", "steps"]) byId(id).addEventListener("change", refresh);
for (const button of document.querySelectorAll("[data-form]")) {
  button.addEventListener("click", () => copyAs(button.dataset.form));
}
byId("share").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    byId("status").textContent = "the link is copied";
  } catch {
    byId("status").textContent = "the link stands in the address bar";
  }
});
window.addEventListener("resize", letScroll);
window.addEventListener("hashchange", () => {
  const text = decoded(location.hash.slice(1));
  if (text && text !== program.value) {
    program.value = text;
    refresh();
  }
});
begin();
