// node client.js URL FOLDER ROWS.json: a command a line on standard input
// (fill, touch, push, pull, count), the answer as a line of JSON.
const fs = require('fs');
const readline = require('readline');
const PouchDB = require('pouchdb');

const [url, folder, source] = process.argv.slice(2);
const rows = JSON.parse(fs.readFileSync(source));
const one = new PouchDB(folder + '/one');
const two = new PouchDB(folder + '/two');
const county = new PouchDB(url + '/county');
const AT_ONCE = 1000;

async function replicate(from, to) {
  const told = await PouchDB.replicate(from, to, { batch_size: AT_ONCE, batches_limit: 10 });
  return { written: told.docs_written, failed: told.doc_write_failures };
}

async function touch() {
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const keys = rows.slice(at, at + AT_ONCE).map((row) => row._id);
    const found = await one.allDocs({ keys, include_docs: true });
    await one.bulkDocs(found.rows.map(({ doc }) => ({ ...doc, note: '改' + doc._rev.slice(-6) })));
  }
  return {};
}

const commands = {
  fill: async () => {
    for (let at = 0; at < rows.length; at += AT_ONCE) await one.bulkDocs(rows.slice(at, at + AT_ONCE));
    return {};
  },
  touch,
  push: () => replicate(one, county),
  pull: () => replicate(county, two),
  count: async () => ({ count: (await two.info()).doc_count }),
};

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  try {
    console.log(JSON.stringify(await commands[line]()));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.stack || error) }));
  }
});
