# `make` lists the targets: each explains itself behind its ##.
.DEFAULT_GOAL := help
MVN ?= mvn

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## Build all jars, run no tests
	$(MVN) -q -Dmaven.test.skip=true package

.PHONY: test
test: ## Run the tests; one module: make test M=taskorch-core
	$(MVN) test $(if $(M),-pl $(M) -am)

.PHONY: verify
verify: ## Run what a change must pass: tests, format, null checks
	$(MVN) verify

.PHONY: long
long: ## Run the long tests alone (soak, cluster)
	$(MVN) verify -Plong -Dgroups=long

.PHONY: format
format: ## Format all Java sources
	$(MVN) -q -N verify -Dformat.goal=apply

.PHONY: demo
demo: ## Run the image pipeline on an embedded Redis
	./taskorch demo

.PHONY: dev
dev: ## Keep the whole stack running on loopback until Ctrl-C
	./taskorch dev

.PHONY: bench
bench: ## Run the benchmarks
	./taskorch bench

.PHONY: clean
clean: ## Remove what was built
	$(MVN) -q clean
