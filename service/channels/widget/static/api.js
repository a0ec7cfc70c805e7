// The service's own interface, under the same address as this page. Trouble carries what the citizen is told.

import { remember, remembered } from "./elements.js";

export const QUESTION_LIMIT = 500;
const PATIENCE_MS = 30_000;

export class Trouble extends Error {}

function newSession() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const session = remembered("session") ?? remember("session", newSession());

async function request(path, body) {
  let response;
  try {
    response = await fetch(`api/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "X-Session": session, ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Trouble("网络好像断了，没有发出去。请看看网络，再点一次。");
  }
  if (!response.ok) throw new Trouble(await said(response));
  return response;
}

async function said(response) {
  if (response.status === 429) return "问得有点快了，请过一分钟再点一次。";
  if (response.status === 503 && (await code(response)) === "channel_closed") return "政策问答暂时停用，请拨打12345政务服务便民热线。";
  if (response.status >= 500) return "系统一时答不上来，请稍后再点一次。着急的事请拨打12345。";
  const told = await response.json().catch(() => null);
  return told?.error?.message ? `没有发成：${told.error.message}。` : "没有发成，请改一改再试。";
}

async function code(response) {
  const told = await response.json().catch(() => null);
  return told?.error?.code;
}

async function json(path, body) {
  const response = await request(path, body);
  return response.json();
}

export async function ask(question, conversation_id, facts) {
  const length = [...question].length;
  if (length > QUESTION_LIMIT) throw new Trouble(`您写了${length}字，太长了。最多${QUESTION_LIMIT}字，请短一些，或者分几次问。`);
  return json("ask", { question, conversation_id, facts });
}
export const entitlements = (facts) => json("entitlements", { facts });
export const timeline = async (facts) => (await request("entitlements/timeline", { facts })).text();
export const judge = (id, verdict, reason) =>
  request(`answers/${encodeURIComponent(id)}/feedback`, { verdict, reason: reason ?? null });
export const handOver = (id) => json(`conversations/${encodeURIComponent(id)}/handover`, {});
export const clause = (ref) => json(`clauses/${ref.split("#").map(encodeURIComponent).join("/")}`);

let known;

/** All benefits by their name in the contract; asked for once. */
export function benefits() {
  known ??= json("benefits").then((list) => new Map(list.map((one) => [one.benefit, one])));
  known.catch(() => (known = undefined));
  return known;
}

/** Every fact by its name: its label, type, unit and choices. */
export async function facts() {
  const every = [...(await benefits()).values()].flatMap((benefit) => benefit.facts);
  return new Map(every.map((fact) => [fact.name, fact]));
}
