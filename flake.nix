{
  description = "Overlays for the Neko Agent's Python packages, and the updater that keeps them up to date";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      # The overlays' packages, with CUDA and torch's wheels, are for Linux; the updater is for all
      linux = [ "x86_64-linux" "aarch64-linux" ];
      systems = linux ++ [ "x86_64-darwin" "aarch64-darwin" ];

      # Dependencies come first
      nekoOverlays = [
        # Base packages first
        (import ./overlays/cached-path.nix)
        (import ./overlays/ema-pytorch.nix)
        (import ./overlays/vocos.nix)
        (import ./overlays/transformers-stream-generator.nix)
        (import ./overlays/bitsandbytes.nix)
        (import ./overlays/pi-zero-pytorch/einx.nix)
        (import ./overlays/pi-zero-pytorch/rotary-embedding-torch.nix)
        (import ./overlays/pi-zero-pytorch/accelerated-scan.nix)
        (import ./overlays/pi-zero-pytorch/bidirectional-cross-attention.nix)

        # Dependent packages after
        (import ./overlays/pi-zero-pytorch/x-transformers.nix) # Uses einx
        (import ./overlays/f5-tts.nix) # Uses x-transformers and most base packages

        # Complex packages last
        (import ./overlays/pi-zero-pytorch/pi-zero-pytorch.nix)

        # Patches to existing packages last
        (import ./overlays/einops.nix) # Overrides existing einops
      ];

      # What the overlays add. Attribute names need no values, so empty sets will do
      names = builtins.concatMap
        (overlay: builtins.attrNames (overlay { } { python3Packages = { }; }).python3Packages)
        nekoOverlays;

      pkgsFor = system: import nixpkgs {
        inherit system;
        overlays = nekoOverlays;
        config.allowUnfree = true; # CUDA and the torch wheels
      };

      # Without overlays and unfree packages: the updater needs neither
      plainFor = system: import nixpkgs { inherit system; };

      updaterFor = system:
        let
          pkgs = plainFor system;
          python = pkgs.python3.pkgs;

          # This release and no other: its mistakes are known to updater/overlay/reading/syntax.py, and
          # nixpkgs has the grammar at a commit of its own
          tree-sitter-nix = python.buildPythonPackage rec {
            pname = "tree-sitter-nix";
            version = "0.1.0";
            pyproject = true;
            src = pkgs.fetchPypi {
              pname = "tree_sitter_nix";
              inherit version;
              hash = "sha256-tVH9APu6yS8wD6lB88QbZh8pDBQVWd4PaQ1VCdmsPLA=";
            };
            build-system = with python; [ setuptools wheel ];
            pythonImportsCheck = [ "tree_sitter_nix" ];
            doCheck = false;
            meta.license = pkgs.lib.licenses.mit;
          };

          # Newer than the one of this nixpkgs, of which no other dependency makes use
          click = python.buildPythonPackage rec {
            pname = "click";
            version = "8.5.1";
            pyproject = true;
            src = pkgs.fetchPypi {
              inherit pname version;
              hash = "sha256-m7+tp2cD/R14S4PuoBLj6MagAah2VD7xBPpWqq6wcrQ=";
            };
            build-system = [ python.flit-core ];
            pythonImportsCheck = [ "click" ];
            doCheck = false;
            meta.license = pkgs.lib.licenses.bsd3;
          };
        in
        python.buildPythonApplication {
          pname = "nix-overlay-updater";
          version = builtins.head (
            builtins.match ".*__version__ = \"([^\"]+)\".*" (builtins.readFile ./updater/__init__.py)
          );
          pyproject = true;
          src = self;
          build-system = [ python.hatchling ];
          dependencies = with python; [
            anyio
            backports-zstd
            click
            h2 # httpx[http2]
            httpx
            isal
            jinja2
            markdown-it-py
            mdformat
            msgspec
            packaging
            platformdirs
            pygithub
            pypi-simple
            pyyaml
            rich
            sniffio
            tenacity
            tree-sitter
            tree-sitter-nix
          ];
          # nixpkgs has one version of each
          pythonRelaxDeps = true;
          pythonImportsCheck = [ "updater" ];
          doCheck = false; # the tests start Nix and servers
          meta = {
            description = "Keeps the packages of Nix overlays up to date, correct and buildable";
            license = pkgs.lib.licenses.mit;
            mainProgram = "updater";
          };
        };

      forSystems = nixpkgs.lib.genAttrs systems;
    in
    {
      overlays.default = nixpkgs.lib.composeManyExtensions nekoOverlays;

      packages = forSystems (system:
        let
          pkgs = pkgsFor system;
          neko = nixpkgs.lib.genAttrs names (name: pkgs.python3Packages.${name});
          updater = updaterFor system;
        in
        { inherit updater; default = updater; }
        // nixpkgs.lib.optionalAttrs (builtins.elem system linux) (neko // {
          # From the packages themselves: `ps.NAME` does not see what `python3Packages // {...}` adds
          pythonEnv = pkgs.python3.withPackages (_: builtins.attrValues neko);
        }));

      apps = forSystems (system: rec {
        updater = { type = "app"; program = "${self.packages.${system}.updater}/bin/updater"; };
        default = updater;
      });

      # The package with its unit tests; what needs Nix, servers or an index is left to `./task test`
      checks = forSystems (system:
        let python = (plainFor system).python3.pkgs; in
        {
          updater = self.packages.${system}.updater.overridePythonAttrs (_: {
            doCheck = true;
            nativeCheckInputs = with python; [ hypothesis pytest setuptools ];
            checkPhase = ''
              pytest --noconftest -m 'not nix and not thorough' tests/metadata tests/model tests/test_text.py
            '';
          });
        });

      # What `./task test` starts: it installs the Python packages itself
      devShells = forSystems (system:
        let pkgs = plainFor system; in
        {
          default = pkgs.mkShell {
            packages = with pkgs; [ curl git git-lfs jq libarchive nix python3 unzip zip ];
          };
        });

      formatter = forSystems (system: (plainFor system).nixfmt-tree);
    };
}
