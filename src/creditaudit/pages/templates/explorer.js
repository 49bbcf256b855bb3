"use strict";
(() => {
  const held = JSON.parse(document.getElementById("held").textContent);
  const find = (id) => document.getElementById(id);
  const Z = 1.959963984540054; // 97.5 % point of the normal
  const LINES = [0.8, 1.25];
  const TOLD = 5; // groups that fit into one sentence

  // ---- Counts -------------------------------------------------------------------------------

  const lastEdge = held.exact ? Infinity : held.edges.length - 1;
  const specials = { under: held.bins.length, none: held.bins.length + 1, over: held.bins.length + 2 };

  function cell(group, place) {
    const flat = held.counts[group];
    return held.outcome ? flat.slice(3 * place, 3 * place + 3) : [0, 0, flat[place]];
  }

  // Where a published bin lies: "above" the cut-off, "below" it, or "split" by it.
  function side([first, last], at) {
    if (first >= at) return "above";
    // The last interval includes its upper edge, so a cut-off there splits it too.
    return last < at && !(at === lastEdge && last === at - 1) ? "below" : "split";
  }

  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const added = (one, other) => one.map((x, i) => x + other[i]);

  // The fewest and the most people approved and refused, each [good, bad, unknown].
  function decided(group, at) {
    const zero = [0, 0, 0];
    const counts = { above: zero, below: zero, split: zero };
    // Bins above, below or split by the cut-off whose people may also have no decision.
    const loose = { above: zero, below: zero, split: zero };
    held.bins.forEach((bin, place) => {
      const where = side(bin, at), into = held.unscored && place === 0 ? loose : counts;
      into[where] = added(into[where], cell(group, place));
    });
    counts.below = added(counts.below, cell(group, specials.under));
    counts.above = added(counts.above, cell(group, specials.over));
    const open = added(counts.split, loose.split);
    const bounds = (where) => [counts[where], [counts[where], loose[where], open].reduce(added)];
    const [yes, no] = held.safer ? ["above", "below"] : ["below", "above"];
    const surely = [counts.above, counts.below, counts.split].reduce(added);
    const maybe = [loose.above, loose.below, loose.split].reduce(added);
    return {
      yes: bounds(yes), no: bounds(no), open: sum(open), maybe: sum(maybe),
      all: [surely, added(surely, maybe)], none: sum(cell(group, specials.none)),
    };
  }

  // ---- Rates: a part against the rest, each at its fewest and at its most --------------------

  const everyone = (bounds) => bounds.map(sum);
  const good = (bounds) => bounds.map((counts) => counts[0]);
  const bad = (bounds) => bounds.map((counts) => counts[1]);

  const RATES = {
    approval_rate: {
      title: "Approved, of people with a score",
      who: "people with a score", does: "are approved", part: "Approved", whole: "People with a score",
      counts: (t) => [everyone(t.yes), everyone(t.no), everyone(t.all)],
    },
    true_positive_rate: {
      title: "Good payers approved (true positive rate)",
      who: "good payers", does: "are approved", part: "Good payers approved", whole: "Good payers",
      counts: (t) => [good(t.yes), good(t.no), good(t.all)],
    },
    false_negative_rate: {
      title: "Good payers refused (false negative rate)",
      who: "good payers", does: "are refused", part: "Good payers refused", whole: "Good payers",
      counts: (t) => [good(t.no), good(t.yes), good(t.all)],
    },
    false_positive_rate: {
      title: "Bad payers approved (false positive rate)",
      who: "bad payers", does: "are approved", part: "Bad payers approved", whole: "Bad payers",
      counts: (t) => [bad(t.yes), bad(t.no), bad(t.all)],
    },
    precision: {
      title: "Good payers among the approved (precision)",
      who: "approved people with a known outcome", does: "are good payers",
      part: "Good payers approved", whole: "Approved, outcome known",
      counts: (t) => [good(t.yes), bad(t.yes), added(good(t.yes), bad(t.yes))],
    },
  };

  function wilson(events, people) {
    const p = events / people, z2 = (Z * Z) / people;
    const half = Z * Math.sqrt((p * (1 - p)) / people + z2 / (4 * people));
    return [
      p === 0 ? 0 : (p + z2 / 2 - half) / (1 + z2),
      p === 1 ? 1 : (p + z2 / 2 + half) / (1 + z2),
    ];
  }

  // 0/0 is undefined: null, unless another way to decide about the people gives a value.
  function estimate(rate, t) {
    const [part, rest, whole] = rate.counts(t);
    const few = [part[0], part[0] + rest[1]], many = [part[1], part[1] + rest[0]];
    if (!few[1] && !many[1]) return null;
    const [a, b] = [few[1] ? few : many, many[1] ? many : few];
    return {
      least: a[0] / a[1], most: b[0] / b[1], low: wilson(...a)[0], high: wilson(...b)[1],
      events: part, people: whole, loose: whole[0] === 0,
    };
  }

  function ratio(one, other, same) {
    if (!one || !other || other.most === 0) return null;
    if (same) return { least: 1, most: 1 };
    const most = one.most === 0 ? 0 : other.least > 0 ? one.most / other.least : Infinity;
    return { least: one.least / other.most, most };
  }

  // ---- Words: the same rounding as the report -----------------------------------------------

  const numbers = (digits) => {
    const settings = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat("en-US", { ...settings, roundingMode: "halfEven" });
  };
  const [whole, tenths, hundredths] = [numbers(0), numbers(1), numbers(2)];
  const small = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 2 });
  const percent = (x) => tenths.format(100 * x);
  const people = (x) => (Number.isInteger(x) ? whole : tenths).format(x);
  const times = (x) => {
    if (x === Infinity) return "no limit";
    return x >= 0.095 || x === 0 ? hundredths.format(x) : small.format(x);
  };
  const span = (a, b, words) => {
    const [one, other] = [words(a), words(b)];
    return one === other ? one : `${one} to ${other}`;
  };
  const rateWords = (e) =>
    e ? `${span(e.least, e.most, percent)}\u00a0%${e.loose ? ", or undefined" : ""}` : "undefined";
  const rangeWords = (e) => (e ? `${percent(e.low)} to ${percent(e.high)}\u00a0%` : "–");
  const ratioWords = (r) => (r ? span(r.least, r.most, times) : "undefined");

  function inHundred(x) {
    const rounded = whole.format(100 * x);
    if (rounded === "0" && x > 0) return "fewer than 1";
    return rounded === "100" && x < 1 ? "more than 99" : rounded;
  }

  function spanInHundred({ least, most }) {
    const [one, other] = [least, most].map((x) => whole.format(100 * x));
    return one === other ? inHundred(one === "0" ? most : least) : `${one} to ${other}`;
  }

  function short(text, most) {
    const letters = Array.from(text);
    return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
  }

  function node(name, attributes = {}, ...inside) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...inside);
    return made;
  }
  const bdi = (text) => node("bdi", {}, text);

  // ---- The setting --------------------------------------------------------------------------

  const setting = { at: held.start, rate: "approval_rate", reference: held.reference };

  function nearest(asked) {
    const gaps = held.edges.map((edge) => Math.abs(edge - asked));
    return gaps.indexOf(Math.min(...gaps));
  }

  function fromAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const problems = [];
    const cutoff = asked.get("cutoff");
    if (cutoff !== null) {
      const number = cutoff.trim() === "" ? NaN : Number(cutoff);
      if (!Number.isNaN(number)) setting.at = nearest(number);
      if (held.edges[setting.at] !== number) problems.push("cut-off");
    }
    const rate = asked.get("rate");
    if (rate !== null && Object.hasOwn(offered, rate)) setting.rate = rate;
    else if (rate !== null) problems.push("rate");
    const reference = asked.get("reference");
    if (reference !== null && held.groups.includes(reference))
      setting.reference = held.groups.indexOf(reference);
    else if (reference !== null) problems.push("reference group");
    find("asked").textContent = problems.length
      ? `The address asks for a ${problems.join(" and a ")} that these counts do not have; ` +
        "the nearest or the usual one is shown."
      : "";
    find("asked").hidden = !problems.length;
    if (problems.length) toAddress();
  }

  const fragment = () =>
    "#" +
    new URLSearchParams({
      cutoff: held.edges[setting.at],
      rate: setting.rate,
      reference: held.groups[setting.reference],
    });

  let waiting;
  function toAddress() {
    clearTimeout(waiting);
    // Browsers refuse very many changes of the address in a short time.
    waiting = setTimeout(() => {
      try {
        history.replaceState(null, "", fragment());
      } catch {
        // Some sandboxes forbid it; the setting is still printed below.
      }
    }, 100);
  }

  // ---- What is shown ------------------------------------------------------------------------

  const offered = held.outcome ? RATES : { approval_rate: RATES.approval_rate };

  function show() {
    const rate = RATES[setting.rate];
    const totals = held.groups.map((_, group) => decided(group, setting.at));
    const approvals = totals.map((t) => estimate(RATES.approval_rate, t));
    const rows = held.groups.map((name, group) => ({
      name, group, total: totals[group],
      isReference: group === setting.reference,
      rate: estimate(rate, totals[group]),
      ratio: ratio(approvals[group], approvals[setting.reference], group === setting.reference),
    }));
    showControls();
    find("said").replaceChildren(...sentence(rows, rate));
    find("split").textContent = splitWords(totals);
    find("rate-title").textContent = rate.title;
    find("ratio-title").replaceChildren("Ratio of approval rates to ", bdi(short(held.groups[setting.reference], 40)));
    drawRates(rows, rate);
    drawRatios(rows);
    showTable(rows, rate);
    find("setting").textContent = fragment();
  }

  function showControls() {
    const edge = String(held.edges[setting.at]);
    const rule = held.safer ? `${edge} or higher` : `below ${edge}`;
    find("number").textContent = edge;
    find("rule").replaceChildren("approved: ", bdi(held.score), ` ${rule}`);
    find("cutoff").value = setting.at;
    find("cutoff").setAttribute("aria-valuetext", `${edge}; approved: ${rule}`);
    find("rate").value = setting.rate;
    find("reference").value = String(setting.reference);
  }

  function sentence(rows, rate) {
    const told = tellable(rows);
    const opening = ["By ", bdi(held.column), `, at cut-off ${held.edges[setting.at]}, `];
    if (!told.length) return [...opening, "this rate is undefined in every group: there is nobody to count."];
    const parts = told.flatMap(({ row, why }, place) => {
      const number = spanInHundred(row.rate);
      const counted = place ? `${number} in ` : `${number} of every 100 ${rate.who} ${rate.does} in `;
      const joint = place === 0 ? "" : place === told.length - 1 ? " and " : ", ";
      return [joint, counted, bdi(short(row.name, 40)), why ? ` (${why})` : ""];
    });
    const without = rows.filter((row) => !row.rate).length;
    const groups = without === 1 ? "one group" : `${without} groups`;
    return [...opening, ...parts, without ? `; undefined in ${groups}.` : "."];
  }

  // The reference first; of many groups only the lowest and the highest.
  function tellable(rows) {
    const known = rows.filter((row) => row.rate);
    const first = known.filter((row) => row.isReference).map((row) => ({ row, why: "the reference" }));
    const others = known.filter((row) => !row.isReference);
    if (rows.length <= TOLD || others.length < 3) return [...first, ...others.map((row) => ({ row, why: "" }))];
    const rising = [...others].sort((a, b) => a.rate.least + a.rate.most - b.rate.least - b.rate.most);
    return [...first, { row: rising[0], why: "the lowest" }, { row: rising.at(-1), why: "the highest" }];
  }

  function splitWords(totals) {
    const inside = sum(totals.map((t) => t.open)), maybe = sum(totals.map((t) => t.maybe));
    const bands = held.bins.filter((bin) => side(bin, setting.at) === "split").map(bandWords);
    const said = [];
    if (inside) {
      const names = bands.length > 1 ? `the published bands ${bands.join(", ")}` : `the published band ${bands[0]}`;
      said.push(
        `This cut-off lies inside ${names}. The ${people(inside)} ${inside === 1 ? "person" : "people"} there ` +
          "may be approved or refused, so rates run from the least to the greatest possible.",
      );
    } else if (!maybe) said.push("No published band with people in it is split here, so each rate is one number.");
    if (maybe)
      said.push(
        `The lowest published band was merged with people without a score: of the ${people(maybe)} people there ` +
          "any may have no decision, and the rates allow for it.",
      );
    return said.join(" ");
  }

  function bandWords([first, last]) {
    if (held.exact) return `${held.edges[first]} to ${held.edges[last]}`;
    if (first < 0) return last > lastEdge - 1 ? "of all scores" : `under ${held.edges[last + 1]}`;
    if (last === lastEdge) return `${held.edges[first]} or over`;
    const both = last === lastEdge - 1 ? ", both included" : "";
    return `${held.edges[first]} to ${held.edges[last + 1]}${both}`;
  }

  // ---- The table ----------------------------------------------------------------------------

  function showTable(rows, rate) {
    const known = rows.map(({ total: t }) => [good(t.all)[1] + bad(t.all)[1], everyone(t.all)[1]]);
    const [knownOf, ofAll] = [0, 1].map((i) => sum(known.map((pair) => pair[i])));
    const partly = held.outcome && setting.rate !== "approval_rate" && knownOf < ofAll;
    const unscored = rows.some((row) => row.total.none);
    const heads = [rate.part, rate.whole, "Rate", "95\u00a0% range", "Approval ratio"];
    if (partly) heads.push("Outcome known");
    if (unscored) heads.push("No score");
    const column = (name) => node("th", { scope: "col" }, name);
    find("heads").replaceChildren(node("th", { scope: "col", class: "w" }, bdi(held.column)), ...heads.map(column));
    const lines = rows.map((row) => {
      const more = [];
      if (partly) more.push(shareKnown(known[row.group]));
      if (unscored) more.push(people(row.total.none));
      return tableRow(row, more);
    });
    find("rows").replaceChildren(...lines);
    find("caption").replaceChildren(
      `The same numbers as a table. ${rate.title}, at cut-off ${held.edges[setting.at]}. Reference: `,
      bdi(short(held.groups[setting.reference], 80)),
      ".",
    );
    find("known").hidden = !partly;
    find("known").textContent =
      `Complete cases only: the outcome is known for ${shareKnown([knownOf, ofAll])} of the people with a ` +
      "score, and the others are left out. If they differ, the rate among everyone would be another.";
  }

  const shareKnown = ([part, of]) => (of ? `${percent(part / of)}\u00a0%` : "–");

  function tableRow({ name, isReference, rate: e, ratio: r }, more) {
    const label = isReference ? [bdi(name), " (reference)"] : [bdi(name)];
    const cells = [
      e ? span(...e.events, people) : "–",
      e ? span(...e.people, people) : "0",
      rateWords(e), rangeWords(e), ratioWords(r), ...more,
    ].map((text) => node("td", {}, text));
    const numbers = (cell, found, names) =>
      names.forEach((key) => cell.setAttribute(`data-${key}`, found ? found[key] : ""));
    const value = (found) => (found && found.least === found.most ? found.least : "");
    cells[2].setAttribute("data-value", value(e));
    numbers(cells[2], e, ["least", "most", "low", "high"]);
    cells[4].setAttribute("data-value", value(r));
    numbers(cells[4], r, ["least", "most"]);
    return node("tr", {}, node("th", { scope: "row" }, ...label), ...cells);
  }

  // ---- The charts ---------------------------------------------------------------------------

  const INK = "#1c1f23", MUTED = "#55595f", RULE = "#d3d8dd", BLUE = "#0072b2", SKY = "#56b4e9";
  const ROW = 46, FOOT = 26, LEVEL = 30;

  function drawn(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function drawRates(rows, rate) {
    const reference = rows[setting.reference].rate;
    draw("rates", `${rate.title}, by ${held.column}`, {
      lines: rows.map((row) => ({
        name: row.name, hollow: row.isReference, mark: row.rate,
        words: row.rate ? `${rateWords(row.rate)} (${percent(row.rate.low)} to ${percent(row.rate.high)})` : "undefined",
      })),
      place: (x) => x,
      ticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => [at, `${whole.format(100 * at)}\u00a0%`]),
      guides: [],
      reference: reference && reference.least === reference.most ? reference.least : null,
    });
  }

  function drawRatios(rows) {
    const reach = Math.log(4);
    draw("ratios", `Ratio of approval rates, with lines at ${LINES.map(times).join(" and ")}`, {
      lines: rows.map((row) => ({
        name: row.name, hollow: row.isReference, mark: row.ratio, words: ratioWords(row.ratio),
      })),
      place: (x) => (x > 0 ? (Math.log(x) + reach) / (2 * reach) : -1),
      ticks: [[0.25, "0.25"], [0.5, "0.5"], [0.8, "0.80"], [1, "1"], [1.25, "1.25"], [2, "2"], [4, "4"]],
      guides: LINES,
      reference: 1,
    });
  }

  function draw(id, title, { lines, place, ticks, guides, reference }) {
    const box = find(id), wide = Math.max(260, Math.round(box.clientWidth)), pad = 6;
    const high = ROW * lines.length + FOOT;
    const svg = drawn("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-labelledby": `${id}-t ${id}-d` });
    const x = (value) => pad + Math.min(1, Math.max(0, place(value))) * (wide - 2 * pad);
    svg.append(
      drawn("title", { id: `${id}-t` }, title),
      drawn("desc", { id: `${id}-d` }, lines.map((line) => `${line.name} ${line.words}`).join("; ") + "."),
    );
    box.replaceChildren(svg);
    lines.forEach((line, number) => {
      const y = ROW * number + LEVEL;
      const rule = (x1, x2, y1, y2, style) => svg.append(drawn("line", { x1, x2, y1, y2, ...style }));
      rule(pad, wide - pad, y, y, { stroke: RULE });
      ticks.forEach(([at]) => rule(x(at), x(at), y - 5, y + 5, { stroke: RULE }));
      if (reference !== null) rule(x(reference), x(reference), y - 9, y + 9, { stroke: MUTED });
      guides.forEach((at) => rule(x(at), x(at), y - 9, y + 9, { stroke: INK, "stroke-dasharray": "3 2" }));
      if (line.mark) svg.append(...marks(line, y, x, place));
      label(svg, line, ROW * number + 13, wide);
    });
    ticks.forEach(([at, text]) => {
      const anchor = place(at) <= 0 ? "start" : place(at) >= 1 ? "end" : "middle";
      const from = anchor === "start" ? 0 : anchor === "end" ? wide : x(at);
      svg.append(drawn("text", { x: from, y: high - 8, "text-anchor": anchor, class: "tick" }, text));
    });
  }

  // Thin line: chance. Wide bar: merged bands. Diamond: the reference. Arrow: off the axis.
  function marks({ mark, hollow }, y, x, place) {
    const ink = hollow ? INK : BLUE, out = [];
    if (mark.low !== undefined)
      out.push(drawn("line", { x1: x(mark.low), x2: x(mark.high), y1: y, y2: y, stroke: ink, "stroke-width": 2.4 }));
    const ends = [mark.least, mark.most];
    if (mark.least !== mark.most) {
      const [from, to] = ends.map(x);
      const box = { x: from - 1, y: y - 5, width: Math.max(to - from, 1) + 2, height: 10 };
      out.push(drawn("rect", { ...box, fill: hollow ? "#fff" : SKY, stroke: ink, "stroke-width": 1.4 }));
    } else if (place(mark.least) >= 0 && place(mark.least) <= 1) {
      const style = { fill: hollow ? "#fff" : ink, stroke: ink, "stroke-width": 1.6 };
      const at = x(mark.least);
      out.push(
        hollow
          ? drawn("path", { d: `M${at - 6} ${y}l6-6 6 6-6 6z`, ...style })
          : drawn("circle", { cx: at, cy: y, r: 4.6, ...style }),
      );
    }
    if (ends.some((end) => place(end) < 0)) out.push(drawn("path", { d: `M${x(-1)} ${y}l8-5v10z`, fill: ink }));
    if (ends.some((end) => place(end) > 1)) out.push(drawn("path", { d: `M${x(1e9)} ${y}l-8-5v10z`, fill: ink }));
    return out;
  }

  function label(svg, { name, words, hollow }, y, wide) {
    const right = drawn("text", { x: wide, y, "text-anchor": "end", class: "words" }, words);
    const left = drawn("text", { x: 0, y }, name);
    const end = hollow ? " (reference)" : "";
    svg.append(right, left);
    const room = wide - right.getComputedTextLength() - 12;
    let letters = Array.from(short(name, 200)), cut = "";
    for (;;) {
      left.textContent = letters.join("") + cut + end;
      const over = left.getComputedTextLength() / room;
      if (over <= 1 || letters.length < 2) return;
      letters = letters.slice(0, Math.min(letters.length - 1, Math.floor(letters.length / over)));
      cut = "…";
    }
  }

  // ---- Start --------------------------------------------------------------------------------

  function change(part) {
    Object.assign(setting, part);
    find("asked").hidden = true;
    show();
    toAddress();
  }

  const option = (value, text) => node("option", { value, dir: "auto" }, text);
  find("rate").append(...Object.entries(offered).map(([key, rate]) => option(key, rate.title)));
  find("reference").append(...held.groups.map((name, group) => option(group, short(name, 60))));
  const slider = find("cutoff"), top = held.edges.length - 1;
  slider.max = top;
  slider.addEventListener("input", () => change({ at: Number(slider.value) }));
  find("lower").addEventListener("click", () => change({ at: Math.max(0, setting.at - 1) }));
  find("higher").addEventListener("click", () => change({ at: Math.min(top, setting.at + 1) }));
  find("rate").addEventListener("change", (event) => change({ rate: event.target.value }));
  find("reference").addEventListener("change", (event) => change({ reference: Number(event.target.value) }));
  addEventListener("hashchange", () => {
    fromAddress();
    show();
  });
  find("explorer").hidden = false;
  fromAddress();
  show();
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) show();
    width = innerWidth;
  });
})();
