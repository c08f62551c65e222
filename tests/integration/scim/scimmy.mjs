// SPDX-License-Identifier: MIT
// scimmy and scimmy-routers, on the express of this folder, with people and groups in
// memory: u1 to u2000 in g1 to g200, user n in group n mod 200 + 1. With express 5 the
// routers lose startIndex and count: every page is the first.
import { readFileSync } from "node:fs";
import https from "node:https";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const users = new Map(), groups = new Map();
const [people, teams] = [Number(process.env.SCIM_USERS), Number(process.env.SCIM_GROUPS)];
const meta = { created: new Date(), lastModified: new Date() };
for (let n = 1; n <= people; n++)
	users.set(`user-${n}`, { id: `user-${n}`, meta, userName: `u${n}`, displayName: `User ${n}`,
		active: true, emails: [{ value: `u${n}@contoso.example`, type: "work", primary: true }] });
for (let n = 1; n <= teams; n++) {
	const members = [];
	for (let u = 1; u <= people; u++)
		if (u % teams + 1 === n) members.push({ value: `user-${u}` });
	groups.set(`group-${n}`, { id: `group-${n}`, meta, displayName: `Group ${n}`, members });
}

function handlers(map) {
	const missing = id => new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
	return {
		egress: async resource => {
			if (resource.id) {
				if (!map.has(resource.id)) throw missing(resource.id);
				return map.get(resource.id);
			}
			const all = [...map.values()];
			return resource.filter ? resource.filter.match(all) : all;
		},
		ingress: async (resource, data) => {
			if (!map.has(resource.id)) throw missing(resource.id);
			const changed = { ...JSON.parse(JSON.stringify(data)), id: resource.id, meta };
			map.set(resource.id, changed);
			return changed;
		},
		degress: async resource => { if (!map.delete(resource.id)) throw missing(resource.id); },
	};
}
SCIMMY.Config.set({ patch: true, filter: { supported: true, maxResults: 200 }, sort: true });
SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), handlers(users));
SCIMMY.Resources.declare(SCIMMY.Resources.Group, handlers(groups));
const app = express();
app.use("/scim/v2", new SCIMMYRouters({ type: "bearer", handler: req => {
	if (req.header("Authorization") !== "Bearer secret") throw new Error("bad token");
	return "bridge";
} }));
// With SCIM_TLS, a folder, over TLS, and only for those who show a certificate.
const file = name => readFileSync(`${process.env.SCIM_TLS}/${name}`);
const scheme = process.env.SCIM_TLS ? "https" : "http";
const front = process.env.SCIM_TLS
	? https.createServer({ key: file("server.key"), cert: file("server.pem"), ca: file("ca.pem"),
		requestCert: true, rejectUnauthorized: true }, app) : app;
const server = front.listen(0, "127.0.0.1",
	() => console.log(`${scheme}://127.0.0.1:${server.address().port}/scim/v2`));
