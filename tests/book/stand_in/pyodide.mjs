// In place of Pyodide: it records what is asked of it and runs a language of three words.
const note = (...what) => console.log("pyodide", JSON.stringify(what));

function runCell(code, name, emit) {
  note("run", name, code.split("\n")[0]);
  if (code.includes("boom")) {
    emit("error", `Traceback (most recent call last):\n  File "${name}", line 1\nValueError: boom\n`);
    return false;
  }
  emit("text", `ran ${name}\n`);
  if (code.includes("picture")) emit("html", "<b>a picture</b>");
  while (code.includes("forever"));
  return true;
}

export async function loadPyodide({indexURL}) {
  note("load", indexURL);
  const loadedPackages = {};
  return {
    loadedPackages,
    runPython() {},
    globals: {get: () => runCell},
    async loadPackage(name) {
      note("package", name);
      const exists = await fetch(`${indexURL}${name}.whl`).then(answer => answer.ok, () => false);
      if (exists) loadedPackages[name] = "default channel";
    },
    unpackArchive(bytes, format, {extractDir}) {
      note("unpack", bytes.length, String.fromCharCode(...bytes.slice(0, 2)), format, extractDir);
    },
  };
}
