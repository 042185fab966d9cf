// Small trained networks that run on the page: linear layers, some with a ReLU.
// needs: parts-grid
(() => {
  // layers: [{inputs, weight, scale, bias, relu}]: weight, whole numbers of one byte in base64, row
  // by row of outputs; scale, a factor for each row; bias; relu, whether one
  // follows. Returns the function from inputs to outputs.
  function dense(layers) {
    const ready = layers.map(({weight, ...rest}) => ({
      ...rest, W: new Int8Array(nn.bytes(weight).buffer),
    }));
    return x =>
      ready.reduce(
        (values, {inputs, W, scale, bias, relu}) =>
          Float64Array.from(bias, (b, i) => {
            let sum = 0;
            for (let j = 0; j < inputs; j++) sum += W[i * inputs + j] * values[j];
            const z = b + scale[i] * sum;
            return relu && z < 0 ? 0 : z;
          }),
        x,
      );
  }

  Object.assign(nn, {dense});
})();
