// <nn-roofline>: the roofline of a device whose ridge is dragged, a linear layer dragged along it
// by its batch, and the time of the layer, with launch and transfer.
// needs: parts-plot
// room: 797 777
// devices: [{name, peak in FLOP/s, bandwidth in bytes/s, link in bytes/s}]; width of the layer,
// whose numbers have 16 bits; batch, device, launch in s: the start; known: [{device, batch,
// transfer, time}] by Python for that launch, which agrees() compares.
(() => {
  const MOST = 4096, BATCHES = Array.from({length: 49}, (_, k) => 2 ** (k / 4));
  const UNITS = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];
  const digits = v => v >= 100 ? nn.thousands(v) : String(+v.toPrecision(2));
  const duration = t => {
    const [size, name] = UNITS.find(([s]) => t >= s) ?? UNITS[3];
    return `${digits(t / size)} ${name}`;
  };
  const RATES = [[1e12, "T"], [1e9, "G"], [1e6, "M"]];
  const rate = (v, unit) => {
    const [size, letter] = RATES.find(([s]) => v >= s) ?? RATES[2];
    return `${digits(v / size)} ${letter}${unit}`;
  };

  const flops = (m, d) => 2 * m * d * d;
  const bytes = (m, d) => 2 * (d * d + 2 * m * d);
  const moved = (m, d) => 4 * m * d;
  const intensity = (m, d) => flops(m, d) / bytes(m, d);

  // What a call costs on a device: its arithmetic, its memory, its launch, and the way of input and
  // output.
  function cost(device, m, d, launch, transfer) {
    const part = {
      arithmetic: flops(m, d) / device.peak, memory: bytes(m, d) / device.bandwidth, launch,
      transfer: transfer ? moved(m, d) / device.link + 2 * launch : 0,
    };
    return {...part, total: Math.max(part.arithmetic, part.memory) + part.launch + part.transfer};
  }

  function build(element, {devices, width: d, batch, device, launch, known}) {
    const state = {batch, launch, transfer: false, ...devices[device]}, live = nn.live();
    const roof = nn.plot({
      x: [0.5, 3000], y: [1e11, 4e15], log: "xy", height: 230, left: 46, right: 18,
      xlabel: "FLOPs per byte", ylabel: "FLOP per second", xticks: [1, 10, 100, 1000],
      yticks: [1e11, 1e12, 1e13, 1e14, 1e15],
    });
    const line = roof.line({colour: "a", width: 3});
    const words = roof.words({colour: "a"});
    const chart = nn.plot({
      x: [1, MOST], y: [3e-6, 0.1], log: "xy", height: 230, left: 46, right: 18,
      xlabel: "batch size", ylabel: "seconds", xticks: [1, 10, 100, 1000],
      yticks: [1e-5, 1e-4, 1e-3, 0.01, 0.1],
    });
    const course = chart.line({colour: "a", width: 3});
    const rule = chart.line({colour: "ink", width: 1});
    const facts = nn.facts([
      "FLOPs", "memory traffic", "FLOPs per byte", "ridge of the device", "arithmetic", "memory", "launch",
      "transfer", "total",
    ]);
    const there = m => cost(state, m, d, state.launch, state.transfer);
    const reached = m => Math.max(1e11, flops(m, d) / there(m).total);  // not below the plot
    const roofOf = on => [
      [0.5, 0.5 * on.bandwidth],
      [on.peak / on.bandwidth, on.peak],
      [3000, on.peak],
    ];

    // Which of the four parts is the largest: compute and memory time overlap, so the smaller one
    // costs nothing.
    function bound(part) {
      const roofline = Math.max(part.arithmetic, part.memory);
      if (part.transfer >= roofline && part.transfer >= part.launch) return "the transfer";
      if (part.launch >= roofline) return "the launch";
      return part.arithmetic >= part.memory ? "the arithmetic" : "the memory";
    }

    function draw() {
      const m = state.batch;
      const x = intensity(m, d);
      const part = there(m);
      line.set(roofOf(state));
      words.set([0.6, Math.min(2e15, state.peak * 1.35)], state.name);
      operation.set(x, reached(m));
      ridge.set(state.peak / state.bandwidth, state.peak);
      course.set(BATCHES.map(v => [v, there(v).total]));
      rule.set([[m, 3e-6], [m, 0.1]]);
      facts.set([
        rate(flops(m, d), ""), rate(bytes(m, d), "B"), nn.short(x),
        nn.short(state.peak / state.bandwidth), duration(part.arithmetic), duration(part.memory),
        duration(part.launch),
        part.transfer ? duration(part.transfer) : "none",
        duration(part.total),
      ]);
      live.set(
        `${state.name}, batch ${m}: limited by ${bound(part)}. It takes ${duration(part.total)}, ` +
          `${duration(part.launch)} of it for the launch, and reaches ` +
          `${digits(100 * flops(m, d) / part.total / state.peak)}% of the peak.`,
      );
      roof.describe(
        `Roofline of ${state.name} (${rate(state.peak, "FLOP/s")}, ` +
          `${rate(state.bandwidth, "B/s")}); the layer at ${nn.short(x)} FLOPs per byte.`,
      );
      chart.describe(
        `Predicted time against the batch size. At batch ${m}: ${duration(part.total)}.`,
      );
    }
    const redraw = nn.frame(draw);
    const batchAt = x => nn.clamp(Math.round(x * d / Math.max(d - 2 * x, 1e-9)), 1, MOST);
    const choose = m => { state.batch = m; slide.set(Math.log2(m)); redraw(); };
    const own = (peak, bandwidth) => {
      Object.assign(state, {peak, bandwidth, name: "your device"});
      show();
      redraw();
    };
    const show = () => { top.set(Math.log10(state.peak)); speed.set(Math.log10(state.bandwidth)); };
    const operation = nn.point({
      on: roof, at: [intensity(batch, d), 1e12], label: "FLOPs per byte of the layer", colour: "c",
      shape: "diamond", step: 1,
      fit: ([x]) => {
        const m = batchAt(nn.clamp(x, intensity(1, d), intensity(MOST, d)));
        return [intensity(m, d), reached(m)];
      },
      show: x => `batch ${batchAt(x)}, ${nn.short(x)} FLOPs per byte`,
      move: x => choose(batchAt(x)),
    });
    const ridge = nn.point({
      on: roof, at: [state.peak / state.bandwidth, state.peak], label: "ridge of the device",
      colour: "a", step: 1,
      fit: ([x, y]) => [nn.clamp(x, 1, 1000), nn.clamp(y, 1e12, 3e15)],
      show: (x, y) => `${rate(y, "FLOP/s")} at ${nn.short(x)} FLOPs per byte`,
      move: (x, y) => own(y, y / x),
    });
    const slide = nn.slider({
      label: "batch size", min: 0, max: 12, step: 0.05, value: Math.log2(batch),
      show: v => String(Math.round(2 ** v)),
      move: v => {
        state.batch = Math.round(2 ** v);
        redraw();
      },
    });
    const start = nn.slider({
      label: "launch (assumed)", min: -6, max: -3, step: 0.1, value: Math.log10(launch),
      show: v => duration(10 ** v),
      move: v => {
        state.launch = 10 ** v;
        redraw();
      },
    });
    const top = nn.slider({
      label: "peak, FLOP/s", min: 12, max: 15.5, step: 0.001, value: Math.log10(state.peak),
      show: v => rate(10 ** v, ""),
      move: v => own(10 ** v, state.bandwidth),
    });
    const speed = nn.slider({
      label: "bandwidth, B/s", min: 11, max: 13, step: 0.001, value: Math.log10(state.bandwidth),
      show: v => rate(10 ** v, ""),
      move: v => own(state.peak, 10 ** v),
    });
    const way = nn.toggle({
      label: "include the transfer", on: false,
      flip: on => {
        state.transfer = on;
        redraw();
      },
    });
    const menu = nn.buttons({
      label: "device",
      options: devices.map(one => one.name),
      chosen: device,
      press: k => {
        Object.assign(state, devices[k]);
        show();
        redraw();
      },
    });
    element.replaceChildren(
      menu.node, slide.node, nn.bar(way.node), nn.columns(roof.node, chart.node), live.node,
      nn.tuck(
        element, "Device, launch, and the parts of the time", top.node, speed.node, start.node,
        facts.node,
      ),
    );
    draw();
    nn.flush();
    element.agrees = () => known.every(one => {
      const seconds = cost(devices[one.device], one.batch, d, launch, one.transfer).total;
      return Math.abs(seconds - one.time) <= 1e-9 * one.time;
    });
  }

  nn.define("roofline", build, "devices", "width", "batch", "device", "launch", "known");
})();
