// Lambda's Node.js runtime, over the Lambda Runtime API: imports the handler once, then runs one invocation after
// the other. Handlers are CommonJS or ES modules; they return, return a promise, or call back.

import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inspect, format } from "node:util";

const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: root, _HANDLER: spec } = process.env;
const [host, port] = api.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const request = http.request;
const write = process.stdout.write.bind(process.stdout);
const { exit, env } = process;
let running = null;

class Fault extends Error {
  constructor(kind, message, trace) {
    super(message);
    this.name = kind;
    this.trace = trace ?? [`${kind}: ${message}`];
  }
}

// --- the Runtime API

function call(method, where, body, headers = {}) {
  const sent = body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const options = { host, port, method, path: `/2018-06-01/runtime/${where}`, agent, headers: { ...headers, ...sent } };
  return new Promise((resolve, reject) => {
    const asked = request(options, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

function report(where, error) {
  return call("POST", where, JSON.stringify(error), { "Lambda-Runtime-Function-Error-Type": error.errorType });
}

const theirs = (line) => !line.includes(import.meta.url) && !/^ +at .*\(?node:internal\//.test(line);

// Lambda's shape for whatever was thrown, which need not be an Error.
function described(thrown) {
  if (thrown instanceof Error || (thrown && typeof thrown === "object" && "message" in thrown && "stack" in thrown)) {
    const trace = thrown.trace ?? String(thrown.stack ?? "").split("\n");
    return { errorType: thrown.name, errorMessage: thrown.message, trace: trace.filter(theirs) };
  }
  return { errorType: typeof thrown, errorMessage: typeof thrown === "string" ? thrown : inspect(thrown), trace: [] };
}

// --- the log

// One entry is one line: ends of lines inside it are written as CR, as Lambda's runtime writes them.
function entry(level, args) {
  const time = new Date().toISOString();
  const id = running?.id;
  if (env.AWS_LAMBDA_LOG_FORMAT === "JSON") return JSON.stringify(record(time, level, id, args));
  return `${time}\t${id ?? "undefined"}\t${level}\t${format(...args)}`.replace(/\r?\n/g, "\r");
}

function record(time, level, id, args) {
  const found = { timestamp: time, level, ...(id ? { requestId: id } : {}) };
  const error = args.find((each) => each instanceof Error);
  if (!error) return { ...found, message: args.length === 1 && isPlain(args[0]) ? args[0] : format(...args) };
  const { errorType, errorMessage, trace } = described(error);
  return { ...found, message: format(...args), errorType, errorMessage, stackTrace: trace.slice(1) };
}

function isPlain(value) {
  try {
    return typeof value === "object" && JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

const levels = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" };
const severity = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const least = severity.indexOf(env.AWS_LAMBDA_LOG_LEVEL ?? "TRACE");
for (const [method, level] of Object.entries(levels)) {
  console[method] = (...args) => {
    if (severity.indexOf(level) >= least) write(`${entry(level, args)}\n`);
  };
}

function logError(title, error) {
  if (env.AWS_LAMBDA_LOG_FORMAT === "JSON") {
    const { errorType, errorMessage, trace } = error;
    write(`${JSON.stringify({ ...record(new Date().toISOString(), "ERROR", running?.id, [title]), errorType, errorMessage, stackTrace: trace })}\n`);
  } else {
    write(`${entry("ERROR", [`${title} \t${error.trace.join("\n") || `${error.errorType}: ${error.errorMessage}`}`])}\n`);
  }
}

// --- the handler

const member = (object, names) => names.reduce((found, name) => found?.[name], object);

async function findHandler() {
  const [, folder, module, name] = /^(.*\/)?([^./]*)\.(.+)$/.exec(spec) ?? [];
  if (!module) throw new Fault("Runtime.MalformedHandlerName", `Bad handler '${spec}'`);
  const base = path.resolve(root, folder ?? "", module);
  const file = [".js", ".mjs", ".cjs"].map((suffix) => base + suffix).find((each) => fs.existsSync(each));
  if (!file) throw new Fault("Runtime.ImportModuleError", `Error: Cannot find module '${module}'`);
  const loaded = await load(file);
  const names = name.split(".");
  const handler = member(loaded, names) ?? member(loaded.default, names);
  if (typeof handler !== "function") {
    throw new Fault("Runtime.HandlerNotFound", `${spec} is undefined or not exported`);
  }
  return handler;
}

async function load(file) {
  try {
    return await import(pathToFileURL(file));
  } catch (error) {
    const missing = error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND";
    const kind = error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : missing && "Runtime.ImportModuleError";
    if (!kind) throw error;
    throw new Fault(kind, String(error), String(error.stack).split("\n"));
  }
}

function contextOf(headers, settle) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const context = headers["lambda-runtime-client-context"];
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: context && JSON.parse(context),
    identity: undefined,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
    succeed: (result) => settle(null, result, true),
    fail: (error) => settle(error ?? "handled", undefined, true),
    done: (error, result) => settle(error, result, true),
  };
}

// Settles once. A callback's answer waits until nothing is left to do, unless the context says otherwise; so does a
// handler that neither returns a promise nor calls back, and its answer is null.
function invoke(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const finish = (error, result) => (error ? reject(error) : resolve(result));
    const settle = (error, result, now) => {
      running.empty = () => finish(error, result);
      if (now || error || !context.callbackWaitsForEmptyEventLoop) finish(error, result);
    };
    const context = contextOf(headers, settle);
    running.empty = () => resolve(null);
    const returned = handler(event, context, (error, result) => settle(error, result, false));
    if (typeof returned?.then === "function") returned.then(resolve, (error) => reject(error ?? new Error(String(error))));
  });
}

function stringified(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? "null";
  } catch {
    throw new Fault("Runtime.MarshalError", "Unable to stringify response body");
  }
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call("GET", "invocation/next");
    const id = headers["lambda-runtime-aws-request-id"];
    running = { id, empty: () => {} };
    env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    try {
      const answer = stringified(await invoke(handler, JSON.parse(body), headers));
      await call("POST", `invocation/${id}/response`, answer);
    } catch (thrown) {
      const error = described(thrown);
      logError("Invoke Error", error);
      await report(`invocation/${id}/error`, error);
    }
    running = null;
  }
}

async function died(title, thrown, code) {
  const error = described(thrown);
  if (code === 128) Object.assign(error, { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: String(thrown) });
  logError(title, error);
  await report(running ? `invocation/${running.id}/error` : "init/error", error).catch(() => {});
  exit(code);
}

process.on("beforeExit", () => running?.empty());
process.on("uncaughtException", (error) => died("Uncaught Exception", error, 129));
process.on("unhandledRejection", (error) => died("Unhandled Promise Rejection", error, 128));

let handler;
try {
  handler = await findHandler();
} catch (thrown) {
  const error = described(thrown);
  logError("Uncaught Exception", error);
  await report("init/error", error).catch(() => {});
  exit(1);
}
serve(handler).catch(() => exit(1)); // the emulator is gone
