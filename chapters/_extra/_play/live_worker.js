// The worker that runs Python next to the page, loaded only when a reader requests it.
// The worker starts from a data: address, because Pyodide needs a module worker, and a page that
// was opened from a file may start no other kind.
(() => {
  // How a cell runs: as in a notebook, the value of its last line is shown.
  const cell = String.raw`
import ast
import contextlib
import io
import linecache
import traceback

scope = {"__name__": "__main__"}


class Lines(io.TextIOBase):
    """Pass on printed text line by line."""

    def __init__(self, emit):
        self.emit, self.kept = emit, ""

    def write(self, text):
        whole, line, rest = (self.kept + text).rpartition("\n")
        self.kept = rest
        if line:
            self.emit("text", whole + line)
        return len(text)

    def rest(self):
        if self.kept:
            self.emit("text", self.kept)
        self.kept = ""


def run_cell(source, name, emit):
    """Run one cell; return whether it finished without an error."""
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    out = Lines(emit)
    scope["display"] = lambda *values: [out.rest(), *(show(v, emit) for v in values)] and None
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            value = last_value(source, name)
            out.rest()
            if value is not None:
                show(value, emit)
        return True
    except BaseException as error:
        out.rest()
        emit("error", traceback_of(error))
        return False


def last_value(source, name):
    """Execute a cell; return the value of its last line if that is an expression."""
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), scope)
    if last is None or source.rstrip().endswith(";"):
        return None
    return eval(compile(ast.Expression(last.value), name, "eval"), scope)


def show(value, emit):
    """Show a value as HTML or SVG if it supports that, or as text."""
    for method in ("_repr_html_", "_repr_svg_"):
        html = getattr(value, method, lambda: None)()
        if html:
            return emit("html", html)
    return emit("text", repr(value) + "\n")


def traceback_of(error):
    """The lines of cells that led to an error, and the error."""
    report = traceback.TracebackException.from_exception(error)
    ours = [frame for frame in report.stack if frame.filename.startswith("cell ")]
    report.stack = traceback.StackSummary.from_list(ours)
    report.__cause__ = report.__context__ = None
    return "".join(report.format())
`;

  function work(cellSource) {
    const FOLDER = "/nn";
    let python = null, runCell = null;
    const say = (type, rest = {}) => postMessage({type, ...rest});

    async function load(address) {
      say("step", {step: "Python"});
      const {loadPyodide} = await import(address + "pyodide.mjs");
      python = await loadPyodide({indexURL: address});
      python.runPython(`import sys; sys.path.insert(0, "${FOLDER}")`);
      python.runPython(cellSource);
      runCell = python.globals.get("run_cell");
    }

    // loadPackage only logs missing packages, so check which ones arrived.
    async function add(name) {
      say("step", {step: name});
      const quiet = {messageCallback() {}, errorCallback() {}};
      await python.loadPackage(name, quiet);
      if (!(name in python.loadedPackages)) throw new Error(`${name} could not be loaded`);
    }

    async function prepare({address, packages, archives}) {
      let step = "Python";
      try {
        if (!python) await load(address);
        for (const name of packages) {
          step = name;
          if (!(name in python.loadedPackages)) await add(name);
        }
        for (const {name, bytes} of archives) {
          step = name;
          python.unpackArchive(bytes, "zip", {extractDir: FOLDER});
        }
        return true;
      } catch (error) {
        say("failed", {step, text: String(error)});
        return false;
      }
    }

    function runAll(cells) {
      for (const {index, code, name} of cells) {
        say("cell", {index});
        const emit = (kind, text) => say("output", {index, kind, text});
        const ended = runCell(code, name, emit);
        say("ran", {index, ended});
        if (!ended) return;
      }
      say("done");
    }

    onmessage = async ({data}) => {
      if (await prepare(data)) runAll(data.cells);
    };
  }

  nn.tryIt.worker = () => {
    const source = `(${work})(${JSON.stringify(cell)})`;
    const address = "data:text/javascript;charset=utf-8," + encodeURIComponent(source);
    return new Worker(address, {type: "module"});
  };
  nn.tryIt.cell = cell;
})();
