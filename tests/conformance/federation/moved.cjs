// The suite's client asks a router at a fixed port: here it asks the one that was free.

module.exports = (url, options) =>
  fetch(url.replace('localhost:4000', `127.0.0.1:${process.env.ROUTER_PORT}`), options);
