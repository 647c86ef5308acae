// Python in the browser: the package and its runtime stand beside this page, nothing comes from elsewhere.
"use strict";

import { loadPyodide } from "./pyodide/pyodide.mjs";

const ready = (async () => {
  const python = await loadPyodide({ indexURL: new URL("pyodide/", self.location).href });
  const wheels = await (await fetch("wheels/list.json")).json();
  for (const wheel of wheels) {
    const bytes = await (await fetch(`wheels/${wheel}`)).arrayBuffer();
    python.unpackArchive(bytes, "wheel");
  }
  python.runPython(`
import json
from gradcli.web.answer import WrongRequest, answer
from gradcli.web.examples import EXAMPLES

def reply(kind, value):
    if kind == "examples":
        return json.dumps([{"title": title, "text": text} for title, text in EXAMPLES])
    try:
        return json.dumps(answer(json.loads(value)))
    except WrongRequest as wrong:
        return json.dumps({"error": str(wrong)})
    except RecursionError:
        return json.dumps({"error": "this is nested too deeply"})
`);
  return python.globals.get("reply");
})();

onmessage = async (event) => {
  const [number, kind, value] = event.data;
  try {
    const reply = await ready;
    postMessage([number, JSON.parse(reply(kind, JSON.stringify(value)))]);
  } catch (problem) {
    postMessage([number, { error: `Python did not start: ${problem.message}` }]);
  }
};
