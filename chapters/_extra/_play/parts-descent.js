// A dense network that is trained on the page, by gradient descent on the cross-entropy of two
// classes. The layers are [{n, m, W, b}]: n inputs, m units, weights row by row, biases.
(() => {
  // Weights (m, n) row by row, drawn evenly with variance 1/n; biases 0.
  function begin(noise, widths, draw) {
    let next = 97 * draw;
    return widths.slice(1).map((m, l) => {
      const n = widths[l], scale = Math.sqrt(3 / n);
      return {
        n, m,
        W: Float64Array.from({length: m * n}, () => scale * noise[next++ % noise.length]),
        b: new Float64Array(m),
      };
    });
  }

  // The input and the output of each layer, for N rows.
  function forward(X, N, layers, activation) {
    const kept = [X];
    layers.forEach(({n, m, W, b}, l) => {
      const A = kept[l], Z = new Float64Array(N * m), last = l === layers.length - 1;
      for (let i = 0; i < N; i++) for (let j = 0; j < m; j++) {
        let z = b[j];
        for (let k = 0; k < n; k++) z += A[i * n + k] * W[j * n + k];
        Z[i * m + j] =
          last || activation === 2 ? z : activation === 1 ? Math.max(z, 0) : Math.tanh(z);
      }
      kept.push(Z);
    });
    return kept;
  }

  const sigmoid = z => z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
  // ln(1 + e^z) − t z, which never overflows.
  const mean = (z, t) =>
    t.reduce(
      (sum, kind, i) =>
        sum + Math.max(z[i], 0) + Math.log1p(Math.exp(-Math.abs(z[i]))) - kind * z[i],
      0,
    ) / t.length;

  // One step of gradient descent with all points; changes the layers.
  function descend({X, t}, layers, activation, rate) {
    const N = t.length, kept = forward(X, N, layers, activation);
    let G = kept[layers.length].map((z, i) => (sigmoid(z) - t[i]) / N);
    for (let l = layers.length - 1; l >= 0; l--) {
      const {n, m, W, b} = layers[l];
      const A = kept[l];
      const dW = new Float64Array(m * n);
      const db = new Float64Array(m);
      const back = new Float64Array(N * n);
      for (let i = 0; i < N; i++) for (let j = 0; j < m; j++) {
        const g = G[i * m + j];
        db[j] += g;
        for (let k = 0; k < n; k++) {
          dW[j * n + k] += g * A[i * n + k];
          back[i * n + k] += g * W[j * n + k];
        }
      }
      if (l && activation === 0) for (let k = 0; k < back.length; k++) back[k] *= 1 - A[k] * A[k];
      if (l && activation === 1) for (let k = 0; k < back.length; k++) if (A[k] <= 0) back[k] = 0;
      dW.forEach((g, k) => { W[k] -= rate * g; });
      db.forEach((g, k) => { b[k] -= rate * g; });
      G = back;
    }
  }

  const copy = layers => layers.map(layer => ({...layer, W: layer.W.slice(), b: layer.b.slice()}));

  nn.descent = {begin, copy, descend, forward, mean, sigmoid};
})();
