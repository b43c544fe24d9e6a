// Finds boxes by name, or by path if there is a "/" in what is asked for.

function findBoxes(boxes, tree, asked) {
  const text = asked.trim().toLowerCase();
  const found = [];
  for (const box of boxes.all) box.hits = 0;
  if (text === "") return found;
  const byPath = text.includes("/");
  for (const box of boxes.all) {
    if (box === boxes.root) continue;
    // A path can only match where its last part may.
    const isNear = box.name.toLowerCase().includes(byPath ? text.slice(text.lastIndexOf("/") + 1) :
        text);
    if (!isNear || (byPath && !boxPath(box, tree).toLowerCase().includes(text))) continue;
    found.push(box);
    box.hits = 1;
  }
  for (let k = boxes.all.length - 1; k > 0; --k) {
    boxes.all[k].parent.hits += boxes.all[k].hits;
  }
  return found;
}
