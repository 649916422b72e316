module.exports = require('./plugin/build');
