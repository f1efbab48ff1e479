"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const nodes = data.nodes;
  const numbers = new Map(nodes.map((node, number) => [node.id, number]));
  const texts = nodes.map((node) => [node.id, node.message, ...node.labels].join("\n").toLowerCase());
  const at = (id) => document.getElementById(id);
  const [stage, space, canvas, panel, query] = ["stage", "space", "canvas", "panel", "query"].map(at);

  const state = { scale: 1, chosen: -1, opened: false, hits: [], hit: new Set(), from: 0, to: 0 };

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function draw(tag, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  // ------------------------------------------------------------------- the rows that can be seen

  function visible() {
    const height = data.row * state.scale;
    const from = Math.floor(stage.scrollTop / height);
    return [Math.max(0, from), Math.min(nodes.length, from + Math.ceil(stage.clientHeight / height) + 1)];
  }

  function render(force) {
    const [first, last] = visible();
    if (!force && first >= state.from && last <= state.to) return;
    const more = Math.max(12, last - first);
    state.from = Math.max(0, first - more);
    state.to = Math.min(nodes.length, last + more);
    canvas.classList.toggle("tiny", state.scale < 0.4);
    canvas.classList.toggle("searching", query.value.trim() !== "");
    canvas.style.transform = `scale(${state.scale})`;
    const width = Math.max(stage.clientWidth / state.scale, data.right + 420);
    space.style.width = `${width * state.scale}px`;
    space.style.height = `${nodes.length * data.row * state.scale}px`;
    const fragment = document.createDocumentFragment();
    for (let number = state.from; number < state.to; number++) fragment.append(row(number, width));
    fragment.append(picture());
    canvas.replaceChildren(fragment);
    if (state.chosen >= state.from && state.chosen < state.to) {
      stage.setAttribute("aria-activedescendant", `row-${state.chosen}`);
    } else {
      stage.removeAttribute("aria-activedescendant");
    }
  }

  function row(number, width) {
    const node = nodes[number];
    const element = make(
      "div",
      { id: `row-${number}`, className: "row", role: "option", title: `${node.id} ${node.message}` },
      make("span", { className: "id", textContent: node.id }),
      ...pills(node),
      make("span", { className: "words", textContent: node.message }),
    );
    element.classList.toggle("hit", state.hit.has(number));
    element.classList.toggle("chosen", number === state.chosen);
    element.classList.toggle("pending", node.applied === false);
    element.ariaSelected = String(number === state.chosen);
    element.ariaPosInSet = String(number + 1);
    element.ariaSetSize = String(nodes.length);
    element.style.top = `${number * data.row}px`;
    element.style.width = `${width}px`;
    element.style.paddingLeft = `${node.words}px`;
    element.dataset.number = number;
    return element;
  }

  function pills(node, labels = node.label) {
    const pill = (kind) => (text) => make("span", { className: `pill ${kind || text}`, textContent: text });
    return [...labels.map(pill("label")), ...node.marks.map(pill(""))];
  }

  function picture() {
    const top = state.from * data.row;
    const height = (state.to - state.from) * data.row;
    const svg = draw("svg", {
      width: data.right, height, viewBox: `0 ${top} ${data.right} ${height}`, "aria-hidden": "true",
    });
    svg.style.top = `${top}px`;
    for (const [from, to, colour, dotted, path] of data.edges) {
      if (from >= state.to) break;
      if (to >= state.from) svg.append(draw("path", { class: `line c${colour}${dotted ? " dotted" : ""}`, d: path }));
    }
    for (let number = state.from; number < state.to; number++) {
      const node = nodes[number];
      const place = { cx: node.x, cy: number * data.row + data.row / 2 };
      if (node.marks.includes("head") || node.marks.includes("current")) {
        svg.append(draw("circle", { class: `halo c${node.colour}`, r: 9, ...place }));
      }
      const hollow = node.applied === false ? " hollow" : "";
      svg.append(draw("circle", { class: `dot c${node.colour}${hollow}`, r: 5, ...place }));
    }
    return svg;
  }

  // ------------------------------------------------------------------------------- zoom and pan

  function zoom(scale, y = stage.clientHeight / 2, x = 0) {
    const next = Math.min(3, Math.max(0.1, scale));
    const ratio = next / state.scale;
    const [left, top] = [(stage.scrollLeft + x) * ratio - x, (stage.scrollTop + y) * ratio - y];
    state.scale = next;
    at("same").textContent = `${Math.round(next * 100)}%`;
    render(true);
    stage.scrollTo(left, top);
    render();
  }

  const larger = () => zoom(state.scale * 1.25);
  const smaller = () => zoom(state.scale / 1.25);
  const same = () => zoom(1);
  at("larger").addEventListener("click", larger);
  at("smaller").addEventListener("click", smaller);
  at("same").addEventListener("click", same);

  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    zoom(state.scale * Math.exp(-event.deltaY / 400), event.clientY - box.top, event.clientX - box.left);
  }, { passive: false });

  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) {
      drag = { x: event.clientX, y: event.clientY, left: stage.scrollLeft, top: stage.scrollTop, moved: false };
    }
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved = drag.moved || Math.hypot(x, y) > 4;
    if (!drag.moved) return;
    stage.classList.add("panning");
    stage.scrollTo(drag.left - x, drag.top - y);
  });
  window.addEventListener("pointerup", () => {
    stage.classList.remove("panning");
    // The click that follows reads it first.
    setTimeout(() => { drag = null; });
  });
  stage.addEventListener("click", (event) => {
    const element = event.target.closest(".row");
    if (element && !(drag && drag.moved)) open(Number(element.dataset.number));
  });
  stage.addEventListener("scroll", () => render(), { passive: true });
  new ResizeObserver(() => render(true)).observe(stage);

  // ------------------------------------------------------------------------ choosing and the panel

  function choose(number) {
    state.chosen = Math.min(nodes.length - 1, Math.max(0, number));
    const height = data.row * state.scale;
    const top = state.chosen * height;
    if (top < stage.scrollTop || top + height > stage.scrollTop + stage.clientHeight) {
      stage.scrollTop = top - (stage.clientHeight - height) / 2;
    }
    render(true);
    if (state.opened) fill(nodes[state.chosen]);
  }

  function open(number, focus = false) {
    if (!nodes.length) return;
    state.opened = true;
    panel.hidden = false;
    choose(number);
    if (focus) at("name").focus();
  }

  function close() {
    if (!state.opened) return;
    state.opened = false;
    panel.hidden = true;
    stage.focus();
  }

  function fill(node) {
    at("name").textContent = node.id;
    const facts = make("dl");
    const database = { true: "applied", false: "pending" }[node.applied];
    fact(facts, "Database", database ? [database] : []);
    fact(facts, "Follows", node.follows.map(link), "nothing: it is a base");
    fact(facts, "Followed by", node.followed.map(link), node.marks.includes("head") ? "nothing: it is a head" : "");
    fact(facts, "Depends on", node.needs.map(link));
    fact(facts, "Needed by", node.needed.map(link));
    fact(facts, "File", node.path ? [make("code", { textContent: node.path })] : []);
    const parts = [make("div", { className: "pills" }, ...pills(node, node.labels))];
    if (node.message) parts.push(make("p", { className: "message", textContent: node.message }));
    parts.push(facts);
    if (node.docstring.trim() && node.docstring.trim() !== node.message) {
      parts.push(make("h3", { textContent: "Docstring" }));
      parts.push(make("pre", { className: "doc", textContent: node.docstring.trim() }));
    }
    if (node.source) {
      parts.push(make("h3", { textContent: "Source" }));
      const source = make("pre", { className: "source", tabIndex: 0 }, make("code", { textContent: node.source }));
      source.ariaLabel = "Source";
      source.setAttribute("role", "region");
      parts.push(source);
    }
    at("about").replaceChildren(...parts);
    panel.scrollTop = 0;
  }

  function fact(list, name, values, otherwise) {
    if (!values.length && !otherwise) return;
    list.append(make("dt", { textContent: name }));
    list.append(make("dd", {}, ...(values.length ? values.map((one) => make("span", {}, one)) : [otherwise])));
  }

  function link(id) {
    if (!numbers.has(id)) return `${id} (not shown)`;
    const button = make("button", { type: "button", className: "link id", textContent: id });
    button.addEventListener("click", () => open(numbers.get(id), true));
    return button;
  }

  at("close").addEventListener("click", close);

  // ----------------------------------------------------------------------------------- searching

  function search() {
    const wanted = query.value.trim().toLowerCase();
    state.hits = wanted ? [...texts.keys()].filter((number) => texts[number].includes(wanted)) : [];
    state.hit = new Set(state.hits);
    tell();
    render(true);
  }

  function tell() {
    const place = state.hits.indexOf(state.chosen);
    const count = state.hits.length;
    at("found").textContent = query.value.trim()
      ? count ? `${place < 0 ? "" : `${place + 1} of `}${count}` : "none"
      : "";
  }

  function next(step) {
    if (!state.hits.length) return;
    const place = state.hits.indexOf(state.chosen);
    const count = state.hits.length;
    choose(state.hits[place < 0 ? (step > 0 ? 0 : count - 1) : (place + step + count) % count]);
    tell();
  }

  query.addEventListener("input", search);
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      next(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      query.value = "";
      search();
      stage.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  at("search").addEventListener("submit", (event) => event.preventDefault());

  // ------------------------------------------------------------------------------------ keyboard

  const page = () => Math.max(1, Math.floor(stage.clientHeight / (data.row * state.scale)) - 1);
  const moves = {
    ArrowDown: () => state.chosen + 1,
    ArrowUp: () => state.chosen - 1,
    PageDown: () => state.chosen + page(),
    PageUp: () => state.chosen - page(),
    Home: () => 0,
    End: () => nodes.length - 1,
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !nodes.length) return;
    if (event.key in moves) {
      choose(moves[event.key]());
    } else if (event.key === "Enter" || event.key === " ") {
      open(Math.max(0, state.chosen), true);
    } else {
      return;
    }
    event.preventDefault();
  });
  const keys = { "+": larger, "=": larger, "-": smaller, 0: same, "/": () => query.select(), Escape: close };
  document.addEventListener("keydown", (event) => {
    if (event.target === query || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    keys[event.key]();
    event.preventDefault();
  });

  // --------------------------------------------------------------------------------------- start

  at("count").textContent = nodes.length === 1 ? "1 revision" : `${nodes.length} revisions`;
  at("nothing").hidden = nodes.length > 0;
  render(true);
})();
