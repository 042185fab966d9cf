// <nn-filter>: show only the rows of the page's tables that match the chosen values.
nn.define("filter", (element, {fields}) => {
  const rows = [...document.querySelectorAll("tr[data-notes]")];
  const status = nn.html("p", {class: "nn-note", role: "status"});
  const chosen = {};

  function show() {
    const keep = row => Object.entries(chosen).every(([name, value]) => !value || row.dataset[name] === value);
    rows.forEach(row => { row.hidden = !keep(row); });
    for (const group of document.querySelectorAll(".nn-topics, section:has(> .nn-topics)")) {
      group.hidden = !group.querySelector("tbody tr:not([hidden])");
    }
    status.textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} topics`;
  }

  function menu({name, label, options}) {
    const key = nn.id();
    const select = nn.html("select", {id: key}, nn.html("option", {value: ""}, "all"),
      ...options.map(([value, text]) => nn.html("option", {value}, text)));
    select.addEventListener("change", () => { chosen[name] = select.value; show(); });
    return nn.html("div", {}, nn.html("label", {for: key}, label), " ", select);
  }

  element.replaceChildren(nn.html("div", {class: "nn-bar"}, ...fields.map(menu)), status);
  show();
});
