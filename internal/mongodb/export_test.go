package mongodb

// Fail turns an error of the driver into one that a reader may see.
var Fail = fail
