// A network that can be cut for this tab alone: the client is given this WebSocket in place of the browser's.
// A cut connection says nothing more to either side, as a pulled cable does; the client is told at once, with 1006.

export class Network {
  #sockets = new Set();
  #cut = false;
  opened = 0;

  constructor() {
    const network = this;
    this.WebSocket = class extends WebSocket {
      constructor(url, protocols) {
        if (network.#cut) throw new Error("the network is cut");
        super(url, protocols);
        network.#sockets.add(this);
        this.addEventListener("open", () => { network.opened += 1; });
        this.addEventListener("close", () => network.#sockets.delete(this));
      }
    };
  }

  cut() {
    this.#cut = true;
    for (const socket of this.#sockets) {
      const { onclose } = socket;
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(4000, "cut");
      onclose?.({ code: 1006, reason: "" });
    }
    this.#sockets.clear();
  }

  mend() { this.#cut = false; }
}
