// <nn-lessons>: the lessons of students about one image, as bars of ten probabilities: the
// label, a teacher's row, and the controls, at a temperature.
// needs: parts-plot parts-grid
// room: 723 368
// classes: their names; photos: [{name, label, pixels}], label the number of its class, pixels in
// base64; lessons: [{name, says}], the teacher at `teacher`; temperatures;
// rows[photo][lesson][temperature]: ten probabilities by nnlib; start: the lesson shown first;
// entropy: of the first photo's row of the teacher at the first temperature, which agrees()
// compares.
nn.define(
  "lessons",
  (element, {classes, photos, lessons, teacher, temperatures, rows, start, entropy}) => {
    const {svg, text, html} = nn;
    const LEFT = 90;
    const WIDE = 160;
    const ROW = 23;
    const TOP = 20;
    const state = {photo: 0, lesson: start, T: 0};
    const live = nn.live();
    const percent = p => (p > 0.995 && p < 1 ? ">99%" : `${nn.number(100 * p, 0)}%`);
    const doubt = row => -row.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
    const at = lesson => rows[state.photo][lesson][state.T];

    const seen = nn.picture({width: 28, height: 28, scale: "grey", high: 255});
    seen.node.style.width = "112px";
    const drawing = nn.scaled(
      svg("svg", {viewBox: `0 0 300 ${TOP + ROW * classes.length + 4}`, class: "nn-drawing"}),
    );
    drawing.append(text(3, 12, "probability; outlined: the teacher's", {class: "nn-strong"}));
    const bars = classes.map((name, k) => {
      const y = TOP + ROW * k;
      const box = {x: LEFT, y: y + 4, height: 13};
      const label = text(3, y + 15, name);
      const bar = svg("rect", box);
      const value = text(0, y + 15, "");
      const rim = svg("rect", {
        x: LEFT, y: y + 2, height: 17, fill: "none", stroke: "currentColor", "stroke-width": 1.2,
      });
      drawing.append(label, bar, rim, value);
      return {label, bar, rim, value};
    });

    function draw() {
      const photo = photos[state.photo];
      const row = at(state.lesson);
      const said = at(teacher);
      const {name, says} = lessons[state.lesson];
      seen.set(photo.pixels);
      seen.describe(`An image with the label ${classes[photo.label]}`);
      bars.forEach(({label, bar, rim, value}, k) => {
        bar.setAttribute("width", WIDE * row[k]);
        bar.setAttribute("class", k === photo.label ? "nn-true" : "nn-other");
        rim.setAttribute("width", WIDE * said[k]);
        label.setAttribute("class", k === photo.label ? "nn-strong" : "");
        value.textContent = percent(row[k]);
        value.setAttribute("x", LEFT + WIDE * Math.max(row[k], said[k]) + 6);
      });
      drawing.setAttribute(
        "aria-label",
        `${name}: ${classes.map((c, k) => `${c} ${percent(row[k])}`).join(", ")}`,
      );
      live.set(`${name}: ${says} Entropy ${nn.number(doubt(row))}.`);
    }
    const redraw = nn.frame(draw);
    const pictures = nn.buttons({
      label: "images",
      options: photos.map(p => p.name),
      press: photo => {
        state.photo = photo;
        redraw();
      },
    });
    const heat = nn.slider({
      label: "temperature", min: 0, max: temperatures.length - 1, step: 1, value: 0,
      show: k => `T = ${temperatures[k]}`,
      move: T => {
        state.T = T;
        redraw();
      },
    });
    const taught = nn.choice({
      legend: "The student is taught",
      options: lessons.map(l => l.name),
      chosen: start,
      pick: lesson => {
        state.lesson = lesson;
        redraw();
      },
    });
    element.replaceChildren(
      taught.node,
      nn.columns(html("div", {}, nn.bar(pictures.node), seen.node, heat.node, live.node), drawing),
    );
    draw();
    element.agrees = () => Math.abs(doubt(rows[0][teacher][0]) - entropy) < 0.01;
  },
  "classes",
  "photos",
  "lessons",
  "teacher",
  "temperatures",
  "rows",
  "start",
  "entropy",
);
