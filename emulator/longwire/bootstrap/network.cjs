"use strict";
// Keeps a Node.js process inside this machine, and lets its calls to AWS end at Longwire.
//
// Loaded by --require before anything of the handler's, in worker threads too. Handlers name their endpoint:
// `https://${domainName}/${stage}`, or a host spelled out in the code. The one place through which every TLS connection
// goes (the SDK's, https.request's, fetch's) hands out a plain one to us for hosts of AWS; signing, retries and the
// parsing of errors stay the client's. A host outside is refused at once, by name, without a wait for a name server.

const dgram = require("node:dgram");
const dns = require("node:dns");
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");
const net = require("node:net");
const os = require("node:os");
const tls = require("node:tls");
const { getEnvironmentData, setEnvironmentData } = require("node:worker_threads");

const KEY = "longwire";
const given = getEnvironmentData(KEY) ?? {
  // The second is what is left for a process that the handler starts.
  gateway: process.env._LONGWIRE_GATEWAY ?? process.env.AWS_ENDPOINT_URL_LAMBDA,
  services: process.env._LONGWIRE_SERVICES ?? process.env.AWS_ENDPOINT_URL,
  domains: (process.env._LONGWIRE_DOMAINS ?? "").split(",").filter(Boolean),
  hosts: (process.env._LONGWIRE_HOSTS ?? process.env.NO_PROXY ?? "").split(",").filter(Boolean),
  clock: Number(process.env._LONGWIRE_CLOCK ?? -1),
};
setEnvironmentData(KEY, given);
delete process.env._LONGWIRE_GATEWAY;
delete process.env._LONGWIRE_SERVICES;
delete process.env._LONGWIRE_DOMAINS;
delete process.env._LONGWIRE_HOSTS;
delete process.env._LONGWIRE_CLOCK;

const AWS = /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/i;
const LOCAL = /^(|localhost\.?|0\.0\.0\.0|::|::1|ip6-localhost|127\..*|::ffff:127\..*|.*\.localhost)$/i;
const inside = new Set([os.hostname(), ...["gateway", "services"].map((name) => address(name).host), ...given.hosts]);

function address(name) {
  const [, host, port] = /^(?:http:\/\/)?\[?(.*?)\]?:(\d+)\/?$/.exec(given[name] ?? "") ?? [, "127.0.0.1", "9"];
  return { host, port: Number(port) };
}

// Null when the host is neither AWS's nor an API's own domain: the gateway answers Invoke and @connections, the services
// everything else.
function emulated(host) {
  // StartSyncExecution, for one, has a prefix, which the SDK puts before any host.
  if (/^[a-z-]+-127\.0\.0\.1$/.test(host)) return address("services");
  if (given.domains.includes(host.toLowerCase())) return address("gateway");
  if (/\.lambda-url\..*\.on\.aws$/i.test(host)) return address("gateway");
  if (!AWS.test(host)) return null;
  const labels = host.toLowerCase().split(".");
  const gateway = labels.includes("execute-api") || ["lambda", "lambda-fips"].includes(labels[0]);
  return address(gateway ? "gateway" : "services");
}

function refusal(host) {
  const text = `${host} is not emulated by Longwire, and nothing that a function does leaves this machine \
without --allow-host ${host}`;
  return Object.assign(new Error(text), { code: "ECONNREFUSED", errno: -111, syscall: "connect", address: host });
}

function outside(host) {
  const name = String(host ?? "").split("%")[0];
  return !LOCAL.test(name) && !inside.has(name) && !inside.has(name.toLowerCase());
}

// connect(options), connect(port, host), connect(path), or what net itself has made of one of these
function optionsOf(args) {
  if (Array.isArray(args[0])) return args[0][0];
  if (typeof args[0] === "object" && args[0] !== null) return args[0];
  if (typeof args[0] === "string" && !/^\d+$/.test(args[0])) return { path: args[0] };
  return { port: args[0], host: typeof args[1] === "string" ? args[1] : undefined };
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const options = optionsOf(args);
  const host = String(options.host ?? "");
  const to = options.path ? null : emulated(host);
  if (to !== null) {
    const changed = { ...options, ...to };
    if (Array.isArray(args[0])) args[0][0] = changed;
    else args = [changed, ...args.filter((each) => typeof each === "function")];
  } else if (!options.path && outside(host)) {
    process.nextTick(() => this.destroy(refusal(host)));
    return this;
  }
  return connect.apply(this, args);
};

const secure = tls.connect;
tls.connect = function (...args) {
  const options = Object.assign({}, optionsOf(args), ...args.slice(1).filter((each) => typeof each === "object"));
  const to = emulated(String(options.host ?? options.servername ?? ""));
  if (to === null) return secure.apply(this, args);
  const done = args.find((each) => typeof each === "function");
  const socket = net.connect(to);
  Object.assign(socket, { encrypted: true, authorized: true, alpnProtocol: false, getProtocol: () => "TLSv1.3" });
  if (done) socket.once("secureConnect", done);
  return socket.once("connect", () => socket.emit("secureConnect"));
};

// --- names and datagrams

function check(host, args) {
  if (!outside(host)) return false;
  const done = args.findLast((each) => typeof each === "function");
  if (!done) throw refusal(host);
  process.nextTick(done, refusal(host));
  return true;
}

function guard(target, rejects) {
  for (const name of Object.getOwnPropertyNames(target)) {
    if (!/^(lookup|resolve|reverse)/.test(name) || typeof target[name] !== "function") continue;
    const original = target[name];
    target[name] = function (host, ...args) {
      if (rejects) return outside(host) ? Promise.reject(refusal(host)) : original.call(this, host, ...args);
      return check(host, args) ? undefined : original.call(this, host, ...args);
    };
  }
}
guard(dns, false);
guard(dns.Resolver.prototype, false);
guard(dns.promises, true);
guard(dns.promises.Resolver.prototype, true);

for (const name of ["send", "connect"]) {
  const original = dgram.Socket.prototype[name];
  dgram.Socket.prototype[name] = function (...args) {
    const host = args.slice(1).find((each) => typeof each === "string");
    return host !== undefined && check(host, args) ? undefined : original.apply(this, args);
  };
}

// --- the clock: what Date takes for now

// The emulator writes how many seconds its clock is ahead, and where it stands (0: it runs): see clock_page.py.
function followClock(descriptor) {
  const page = new Float64Array(4);
  const real = Date.now;
  const now = () => {
    fs.readSync(descriptor, page, 0, page.byteLength, 0);
    return Math.floor(page[1] ? page[1] * 1000 : real() + page[0] * 1000);
  };
  Date.now = now;
  const Followed = new Proxy(Date, {
    construct: (target, given, made) => Reflect.construct(target, given.length ? given : [now()], made),
    apply: (target) => new target(now()).toString(),
  });
  Date.prototype.constructor = Followed;
  globalThis.Date = Followed;
}
if (given.clock >= 0) followClock(given.clock);

syncBuiltinESMExports();
