// SPDX-License-Identifier: MIT
// The SCIM plugin of better-auth, filled through its own interface.
import http from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { scim } from "@better-auth/scim";

const token = "secret-secret-secret-secret-secret-1";
const plugin = scim({ connections: [{ id: "bridge", credentials: [{ type: "bearer", id: "k1", token }] }] });
const db = { user: [], session: [], account: [], verification: [] };
for (const [k, v] of Object.entries(plugin.schema ?? {})) db[v.modelName ?? k] ??= [];
let handler = (req, res) => res.end();
const server = http.createServer((req, res) => handler(req, res));
await new Promise(ready => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`, base = `${origin}/api/auth/scim/v2`;
handler = toNodeHandler(betterAuth({
	baseURL: origin, secret: "0123456789abcdef0123456789abcdef", telemetry: { enabled: false },
	rateLimit: { enabled: false }, database: memoryAdapter(db), plugins: [plugin],
}));

async function post(kind, body) {
	const answer = await fetch(`${base}/${kind}`, { method: "POST", body: JSON.stringify(body),
		headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" } });
	if (answer.status !== 201) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
	return (await answer.json()).id;
}
const core = "urn:ietf:params:scim:schemas:core:2.0:";
const [people, teams] = [Number(process.env.SCIM_USERS), Number(process.env.SCIM_GROUPS)], ids = [];
for (let n = 1; n <= people; n++)
	ids.push(await post("Users", { schemas: [`${core}User`], userName: `u${n}@contoso.example`,
		displayName: `User ${n}`, emails: [{ value: `u${n}@contoso.example`, primary: true }] }));
for (let n = 1; n <= teams; n++)
	await post("Groups", { schemas: [`${core}Group`], displayName: `Group ${n}`,
		members: ids.filter((_, i) => (i + 1) % teams + 1 === n).map(value => ({ value })) });
console.log(base);
