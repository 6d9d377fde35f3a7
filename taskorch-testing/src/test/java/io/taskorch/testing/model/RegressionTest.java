package io.taskorch.testing.model;

class RegressionTest {}
