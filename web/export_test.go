package web

// Stylesheet lets tests join sheets of their own.
var Stylesheet = stylesheet
