// Joins a room, publishes one message to it and prints what came, as soon as it is all there.
import { WebPubSubClient } from "@azure/web-pubsub-client";

const data = [];
let connected = 0;
const client = new WebPubSubClient({ getClientAccessUrl: async () => process.argv[2] });
const expected = 13;

client.on("connected", () => connected++);
client.on("group-message", (event) => {
  data.push(event.message.data);
  if (data.length === expected) console.log(JSON.stringify({ data, connected }));
});

await client.start();
await client.joinGroup("room", { ackId: 1 });
await client.sendToGroup("room", "mine", "text", { ackId: 2 });
console.log("ready");
process.stdin.on("end", () => process.exit(0)).resume();
