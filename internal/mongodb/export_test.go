package mongodb

// Fail converts an error of the driver into one that a client may see.
var Fail = fail
