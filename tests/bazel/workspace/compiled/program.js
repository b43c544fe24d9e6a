const fs = require("fs");
const data = fs.readFileSync(`${process.env.RUNFILES}/data.txt`, "utf8");
process.stdout.write(`javascript: ${data}`);
