// Matrices of numbers, read-only or editable.
(() => {
  const {html} = nn;

  // A matrix of number inputs; change(values) is called after every edit with finite numbers.
  // Without change, the matrix is read-only. mark({row, column}) lights one row, one column, or one
  // entry.
  function matrix({values, label, step = 0.5, show = v => String(v).replace("-", "−"), change}) {
    const current = values.map(row => [...row]);
    const cells = values.map((row, i) => row.map((value, j) => change ? entry(value, i, j)
      : html("span", {class: "nn-entry", role: "cell"}, show(value))));
    function entry(value, i, j) {
      const input = html("input", {type: "number", step, value, class: "nn-entry",
        "aria-label": `${label}, row ${i + 1}, column ${j + 1}`});
      input.addEventListener("input", () => {
        if (input.value === "" || !Number.isFinite(+input.value)) return;
        current[i][j] = +input.value;
        change(current.map(r => [...r]));
      });
      return input;
    }
    const rows = change
      ? cells.flat()
      : cells.map(row => html("span", {class: "nn-row", role: "row"}, ...row));
    return {
      node: html("span", {class: "nn-matrix", role: change ? "group" : "table", "aria-label": label,
        style: `--columns: ${values[0].length}`}, ...rows),
      set(next) {
        next.forEach((row, i) => row.forEach((value, j) => {
          current[i][j] = value;
          if (!change) cells[i][j].textContent = show(value);
          else if (+cells[i][j].value !== value) cells[i][j].value = +value.toFixed(6);
        }));
      },
      mark({row, column} = {}) {
        cells.forEach((line, i) => line.forEach((cell, j) => cell.classList.toggle("nn-lit",
          (row ?? column) !== undefined && (row ?? i) === i && (column ?? j) === j)));
      },
    };
  }

  Object.assign(nn, {matrix});
})();
