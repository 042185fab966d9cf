// Steppers and playheads, for things that happen step by step. They never start by themselves.
(() => {
  const {calm} = nn;

  // Calls tick(seconds) at each frame while it runs; stops when its node leaves the window or
  // the page is hidden. If reduced motion is set, there is one tick a second.
  function clock(node, tick, changed) {
    let running = false, before = 0;
    function beat(time) {
      if (!running) return;
      const passed = (time - before) / 1000;
      if (!calm.matches || passed >= 1) {
        before = time;
        tick(Math.min(passed, calm.matches ? 1 : 0.1));
      }
      requestAnimationFrame(beat);
    }
    function run(on) {
      if (on === running) return;
      running = on;
      before = performance.now();
      if (on) requestAnimationFrame(beat);
      changed(on);
    }
    new IntersectionObserver(entries => {
      if (!entries[entries.length - 1].isIntersecting) run(false);
    }).observe(node);
    document.addEventListener("visibilitychange", () => { if (document.hidden) run(false); });
    return {run, get running() { return running; }};
  }

  // A disabled button still has the focus.
  const able = (button, yes) => button.setAttribute("aria-disabled", !yes);

  // Positions 0 to last: back, step, run, rewind, a slider. go(k) is called with the new position,
  // show(k) is the text next to the slider, rate the steps a second of a run. first: where counting
  // and rewind begin. keys(node) lets the arrow keys, Home and End step while node has the focus.
  function stepper({last, at = 0, first = 0, label = "step", rate = 1.25, run = true, show, go}) {
    let now = at, end = last, due = 0;
    show ??= k => `${k}/${end}`;
    const slider = nn.slider({
      label, min: first, max: last, step: 1, value: at, show,
      move: k => {
        stop();
        to(k, false);
      },
    });
    const back = nn.button("◀ back", () => { stop(); to(now - 1); });
    const on = nn.button("step ▶", () => { stop(); to(now + 1); });
    const play = nn.button("run", () => {
      if (!time.running && now === end) to(first);
      due = 1;
      time.run(!time.running);
    });
    const rewind = nn.button("rewind", () => { stop(); to(first); });
    const bar = nn.bar(back, on, ...run ? [play, rewind] : []);
    const node = nn.html("div", {class: "nn-stepper"}, slider.node, bar);
    const time = clock(node, seconds => {
      due += seconds * rate;
      if (due < 1) return;
      due = 0;
      to(now + 1);
      if (now === end) stop();
    }, running => { play.textContent = running ? "stop" : "run"; });
    const stop = () => time.run(false);
    function place(k) {
      now = nn.clamp(k, first, end);
      slider.set(now);
      able(back, now > first);
      able(on, now < end);
    }
    function to(k) { place(k); go(now); }
    place(at);
    return {
      node, bar, to, run: time.run, get at() { return now; },
      set: place,
      // Another number of positions.
      limit(next, k = first) { stop(); end = next; slider.limit(next); place(k); },
      keys(box) {
        box.addEventListener("keydown", event => {
          const move = {ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity}[event.key];
          if (move === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          stop();
          to(now + move);
        });
      },
    };
  }

  // Time from 0 to length, played at rate units a second: play or pause, a scrubber, speeds.
  // go(t) is called with the time; steps: the scrubber's positions.
  function playhead({
    length, at = 0, rate = length / 8, steps = 200, label = "time", speeds = [0.5, 1, 2],
    show = t => nn.number(t, 1),
    go,
  }) {
    let now = at;
    let speed = 1;
    const slider = nn.slider({
      label, min: 0, max: length, step: length / steps, value: at, show,
      move: t => {
        time.run(false);
        to(t);
      },
    });
    const play = nn.button("▶ play", () => {
      if (!time.running && now >= length) to(0);
      time.run(!time.running);
    });
    const fast = nn.buttons({
      label: "speed",
      options: speeds.map(s => `${s}×`),
      chosen: speeds.indexOf(1),
      press: k => {
        speed = speeds[k];
      },
    });
    const node = nn.html(
      "div",
      {class: "nn-stepper"},
      slider.node,
      nn.bar(
        play,
        nn.button("rewind", () => {
          time.run(false);
          to(0);
        }),
        fast.node,
      ),
    );
    const time = clock(
      node,
      seconds => {
        to(Math.min(length, now + seconds * speed * rate));
        if (now >= length) time.run(false);
      },
      running => {
        play.textContent = running ? "❚❚ pause" : "▶ play";
      },
    );
    function to(t) {
      now = t;
      slider.set(t);
      go(t);
    }
    return {
      node, set: to,
      get at() {
        return now;
      },
      stop() {
        time.run(false);
      },
    };
  }

  Object.assign(nn, {able, playhead, stepper});
})();
