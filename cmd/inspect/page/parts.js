// Makes elements. Names come from images that anyone made, so all text goes through textContent.

const kRows = 100;  // of a table at first, and more at each click

function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else made.setAttribute(key, value);
  }
  made.append(...content.map((one) => one instanceof Node ? one : String(one)));
  return made;
}

function linkButton(text, onclick) {
  return element("button", {type: "button", class: "link", onclick}, text);
}

// `columns` are names; one that begins with "#" is of numbers. `rows` are arrays of texts and
// elements, or functions that make one.
function makeTable(caption, columns, rows) {
  const classes = columns.map((name) => name.startsWith("#") ? {class: "number"} : {});
  const head = element("tr", {}, ...columns.map(
      (name, i) => element("th", {scope: "col", ...classes[i]}, name.replace("#", ""))));
  const body = element("tbody");
  const table = element("table", {}, element("caption", {}, caption), element("thead", {}, head),
                        body);
  const whole = element("div", {class: "scroll"}, table);
  const more = element("button", {type: "button", class: "more", onclick: () => add()});
  const add = () => {
    const begin = body.rows.length;
    for (const row of rows.slice(begin, begin + kRows)) {
      const cells = typeof row === "function" ? row() : row;
      body.append(element("tr", {}, ...cells.map((cell, i) => element("td", classes[i], cell))));
    }
    const left = rows.length - body.rows.length;
    more.textContent = `Show ${Math.min(left, kRows)} of ${left.toLocaleString("en")} more`;
    more.hidden = left === 0;
  };
  add();
  if (rows.length > kRows) whole.append(more);
  return whole;
}

function makeList(pairs) {
  return element("dl", {}, ...pairs.flatMap(
      ([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}
