// Draws the reference from /openapi.json and the list of errors: no library, nothing from elsewhere.

/** Make an element; children are elements or text, never markup. */
function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return make("div", { class: "scroll", tabindex: "0" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
}

/** Return the schema that a schema stands for, and its name where it has one. */
function resolved(api, schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? { name, ...api.components.schemas[name] } : (schema ?? {});
}

/** Say in a few words what a value may be. */
function kind(api, schema) {
  const found = resolved(api, schema);
  if (found.const !== undefined) return JSON.stringify(found.const);
  if (found.enum) return found.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (found.anyOf) return found.anyOf.map((one) => kind(api, one)).join(" | ");
  if (found.type === "array") return `list of ${kind(api, found.items)}`;
  if (found.properties) return found.name ?? "object";
  return [found.type ?? "anything", found.format].filter(Boolean).join(", ");
}

function fields(api, schema) {
  const found = resolved(api, schema);
  const required = new Set(found.required ?? []);
  const rows = Object.entries(found.properties ?? {}).map(([name, one]) => [
    make("code", {}, name),
    kind(api, one),
    required.has(name) ? "always" : one.default === undefined ? "optional" : `default ${JSON.stringify(one.default)}`,
    resolved(api, one).description ?? "",
  ]);
  return rows.length ? table(["name", "kind", "", "meaning"], rows) : make("p", {}, kind(api, schema));
}

/** List the object inside a list or a page too: that is what people look for. */
function shape(api, schema) {
  const parts = [fields(api, schema)];
  const rows = resolved(api, resolved(api, schema).properties?.items);
  const row = rows.type === "array" ? resolved(api, rows.items) : {};
  if (row.properties) parts.push(make("h4", {}, `Each of the items: ${row.name ?? "object"}`), fields(api, rows.items));
  return parts;
}

function parameters(api, operation) {
  if (!operation.parameters?.length) return [];
  const rows = operation.parameters.map((one) => [
    make("code", {}, one.name),
    one.in,
    kind(api, one.schema),
    one.required ? "always" : one.schema.default === undefined ? "optional" : `default ${JSON.stringify(one.schema.default)}`,
    one.description ?? "",
  ]);
  return [make("h4", {}, "Parameters"), table(["name", "in", "kind", "", "meaning"], rows)];
}

function body(api, operation) {
  const [[media, content] = []] = Object.entries(operation.requestBody?.content ?? {});
  if (!media) return [];
  const found = resolved(api, content.schema);
  const examples = found.examples ?? content.examples ?? [];
  const shown = examples.map((one) => make("pre", { tabindex: "0" }, typeof one === "string" ? one : JSON.stringify(one, null, 2)));
  const heading = make("h4", {}, `Body, ${media}`);
  return [heading, make("p", {}, found.description ?? ""), fields(api, content.schema), ...shown];
}

function answers(api, operation) {
  return Object.entries(operation.responses).flatMap(([status, answer]) => {
    const [[media, content] = []] = Object.entries(answer.content ?? {});
    const heading = make("h4", {}, `Answer ${status}: ${answer.description}`);
    if (status === "default") return [heading, make("p", {}, make("a", { href: "/docs/errors" }, "the errors and their codes"))];
    return media && content.schema ? [heading, ...shape(api, content.schema)] : [heading];
  });
}

function article(api, method, path, operation) {
  return make(
    "article",
    { id: operation.operationId },
    make("h3", {}, `${method.toUpperCase()} ${path}`),
    make("p", {}, operation.summary),
    ...(operation.description ? [make("p", {}, operation.description)] : []),
    ...(operation.security ? [] : [make("p", {}, "Open to everybody.")]),
    ...parameters(api, operation),
    ...body(api, operation),
    ...answers(api, operation),
  );
}

function drawAddresses(api, main, contents) {
  const sections = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "other";
      if (!sections.has(tag)) sections.set(tag, []);
      sections.get(tag).push([method, path, operation]);
    }
  }
  for (const [tag, operations] of sections) {
    main.append(make("h2", {}, tag), ...operations.map((one) => article(api, ...one)));
    const links = operations.map(([method, path, one]) =>
      make("li", {}, make("a", { href: `#${one.operationId}` }, `${method.toUpperCase()} ${path}`)));
    contents.append(make("strong", {}, tag), make("ul", {}, ...links));
  }
}

function drawErrors(errors, main, contents) {
  main.append(make("p", {}, "Every error is a problem with a stable code. Programs read the code, people the sentence."));
  for (const [title, codes] of Object.entries(errors)) {
    main.append(make("h2", {}, title));
    main.append(...codes.map(({ code, status, meaning }) =>
      make("article", { id: code }, make("h3", {}, `${code} (${status})`), make("p", {}, meaning))));
    const links = codes.map(({ code }) => make("li", {}, make("a", { href: `#${code}` }, code)));
    contents.append(make("strong", {}, title), make("ul", {}, ...links));
  }
}

async function read(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
}

async function draw() {
  const main = document.getElementById("main");
  const contents = document.getElementById("contents");
  try {
    const isErrors = location.pathname === "/docs/errors";
    const found = await read(isErrors ? "/docs/errors.json" : "/openapi.json");
    main.replaceChildren();
    if (isErrors) drawErrors(found, main, contents);
    else {
      document.getElementById("about").textContent = found.info.description;
      drawAddresses(found, main, contents);
    }
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    main.replaceChildren(make("p", {}, `The reference cannot be shown: ${error.message}.`));
  }
}

void draw();
