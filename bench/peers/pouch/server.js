// node server.js PORT FOLDER: express-pouchdb on loopback
const path = require('path');
const express = require('express');
const PouchDB = require('pouchdb');

const [port, folder] = [Number(process.argv[2]), process.argv[3]];
const Kept = PouchDB.defaults({ prefix: folder + path.sep });
const app = express();
app.use('/', require('express-pouchdb')(Kept, {
  mode: 'minimumForPouchDB',
  inMemoryConfig: true,
  logPath: path.join(folder, 'log.txt'),
}));
app.listen(port, '127.0.0.1', () => console.log('ready'));
