# Two commands matter: "make demo" and "make test". Both need Swift, git and make, and bring the rest.

# One set of flags for the program and the tests, so that they share one build. Optimised, because the
# numeric tests take minutes otherwise; -enable-testing lets tests see internals of an optimised build.
# "swift test" alone would add a flag of its own and compile everything anew, so "swift build" builds the tests; by
# product, because --build-tests would compile the programs of other packages as well, a protobuf compiler among them.
SWIFT_FLAGS = --configuration release -Xswiftc -enable-testing
# Timing uses the flags of a shipped program, in a folder of its own so that neither build undoes the other.
BENCH_FLAGS = --configuration release --scratch-path .build-bench

# Where "make install" puts things; DESTDIR goes before it, for packages.
PREFIX ?= /usr/local
DESTDIR ?=

# What to run, and extra words for it: make test ARGUMENTS="--filter BoundsTests"
ARGUMENTS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test build install uninstall bench format lint documents examples reference sanitize fuzz dependencies clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done

demo: build ## Certify the embedded network on the embedded digits and write a report
	.build/release/surety demo --out results/demo $(ARGUMENTS)
	@echo "The report: results/demo/report.html"

test: dependencies ## Build optimised and run every test
	swift build $(SWIFT_FLAGS) --product surety
	swift build $(SWIFT_FLAGS) --product surety-check
	scripts/build_mpi
	swift build $(SWIFT_FLAGS) --product suretyPackageTests
	swift test $(SWIFT_FLAGS) --skip-build $(ARGUMENTS)
	@if [ -z "$(ARGUMENTS)" ]; then scripts/check_certificates && scripts/check_shared; fi

build: dependencies ## Build the programs: .build/release/surety and surety-check
	swift build $(SWIFT_FLAGS) --product surety
	swift build $(SWIFT_FLAGS) --product surety-check
	scripts/build_mpi

# Built before, perhaps by another user: installing as root need not build.
.build/release/surety:
	$(MAKE) build

SHARE = $(DESTDIR)$(PREFIX)/share

install: .build/release/surety ## Install the program, its manual pages and completions under PREFIX (/usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions
	install -d $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 755 .build/release/surety .build/release/surety-check $(DESTDIR)$(PREFIX)/bin
	if [ -e .build/release/libsurety_mpi.so ]; then install -d $(DESTDIR)$(PREFIX)/lib && \
	  install -m 755 .build/release/libsurety_mpi.so $(DESTDIR)$(PREFIX)/lib; fi
	.build/release/surety manual --out $(SHARE)/man/man1
	.build/release/surety --generate-completion-script bash > $(SHARE)/bash-completion/completions/surety
	.build/release/surety --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_surety
	.build/release/surety --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/surety.fish

uninstall: ## Remove what "make install" put there
	rm -f $(DESTDIR)$(PREFIX)/lib/libsurety_mpi.so
	rm -f $(DESTDIR)$(PREFIX)/bin/surety $(DESTDIR)$(PREFIX)/bin/surety-check $(SHARE)/man/man1/surety.1 $(SHARE)/man/man1/surety-*.1
	rm -f $(SHARE)/bash-completion/completions/surety $(SHARE)/zsh/site-functions/_surety
	rm -f $(SHARE)/fish/vendor_completions.d/surety.fish

bench: dependencies ## Time the analyses (see docs/performance.md)
	swift run $(BENCH_FLAGS) surety-bench $(ARGUMENTS)

format: ## Format the code
	scripts/format

lint: ## Check the format and style of the code
	scripts/format --check

documents: build ## Compile the Swift and run the commands that README.md shows
	scripts/check_documents

examples: build ## Compile and run the programs of Examples
	scripts/run_examples $(ARGUMENTS)

reference: build ## Make the pages of the library's reference: .build/reference
	scripts/make_reference

sanitize: dependencies ## Run the tests of kernels and readers under the address and undefined-behaviour sanitizers
	scripts/sanitize $(ARGUMENTS)

# How long each reader is fed.
SECONDS ?= 600
fuzz: dependencies ## Feed the readers with broken files, ten minutes each (make fuzz SECONDS=30 for a first look)
	scripts/fuzz $(SECONDS) $(ARGUMENTS)

dependencies: ## Install the C libraries that are missing
	@scripts/install-dependencies

clean: ## Remove what was built and what the demo wrote
	rm -rf .build .build-bench .build-fuzz .build-sanitize Examples/.build results
