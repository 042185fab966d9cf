// <nn-denoise>: an image, the image with noise, and the output of a denoising autoencoder.
// needs: parts-grid parts-dense
// room: 324 316
// size: pixels a side; pictures: in base64, a byte each pixel; names: of the pictures; noise:
// Gaussian numbers times 32, whole numbers of one byte in base64, one field for all; layers: for
// nn.dense; start: the noise at first; known: [{picture, level, error}], squared errors which
// agrees() compares.
nn.define("denoise", (element, {size, pictures, names, noise, layers, start, known}) => {
  const {html} = nn, N = size * size, bytes = nn.bytes(pictures), run = nn.dense(layers);
  const field = Float64Array.from(new Int8Array(nn.bytes(noise).buffer), v => v / 32);
  const clean = names.map((_, n) =>
    Float64Array.from(bytes.subarray(n * N, (n + 1) * N), v => v / 255),
  );
  const state = {picture: 0, level: start}, live = nn.live();
  const spoilt = (n, level) => clean[n].map((v, k) => v + level * field[k]);
  const error = (n, x) => clean[n].reduce((sum, v, k) => sum + (v - x[k]) ** 2, 0);
  const look = {width: size, height: size, low: 0, high: 1};
  const shown = ["image", "with noise", "denoised"].map(label => [
    label, nn.picture({...look, label}),
  ]);
  const board = html(
    "div",
    {
      style:
        "display: grid; grid-template-columns: 1fr 1fr 1fr; gap: .3rem .8rem; max-width: 34rem; " +
          "margin: 0 auto",
    },
    ...shown.map(([label]) =>
      html("p", {class: "nn-note", style: "text-align: center; margin: 0"}, label),
    ),
    ...shown.map(([, one]) => one.node),
  );
  function draw() {
    const {picture, level} = state, noisy = spoilt(picture, level), again = run(noisy);
    [clean[picture], noisy, again].forEach((pixels, k) => shown[k][1].set(pixels));
    live.set(
      `Noise ${nn.number(level, 2)}: squared error ${nn.number(error(picture, noisy), 0)} before ` +
        `denoising, ${nn.number(error(picture, again), 0)} after it.`,
    );
  }
  const redraw = nn.frame(draw);
  const which = nn.buttons({
    label: "image", options: names,
    press: k => {
      state.picture = k;
      redraw();
    },
  });
  const slide = nn.slider({
    label: "noise", min: 0, max: 1, step: 0.05, value: start,
    show: v => nn.number(v, 2),
    move: v => {
      state.level = v;
      redraw();
    },
  });
  element.replaceChildren(which.node, board, slide.node, live.node);
  draw();
  element.agrees = () =>
    known.every(
      one =>
        Math.abs(error(one.picture, run(spoilt(one.picture, one.level))) - one.error) <=
        1e-6 * (1 + one.error),
    );
}, "size", "pictures", "names", "noise", "layers", "start", "known");
