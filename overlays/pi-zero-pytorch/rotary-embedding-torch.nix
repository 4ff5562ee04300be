self: super: {
  python3Packages = super.python3Packages // {
    rotary-embedding-torch = super.python3Packages.buildPythonPackage rec {
      pname = "rotary-embedding-torch";
      version = "0.8.6";
      format = "setuptools";

      src = super.fetchPypi {
        pname = "rotary_embedding_torch"; # the sdist's name
        inherit version;
        hash = "sha256-aRdTyEa4f3GaahOUvVoWE3uPi1fBvMst/yl19rsUKmw=";
      };

      nativeBuildInputs = [ super.python3Packages.setuptools ];

      propagatedBuildInputs = [
        super.python3Packages."torch-bin"

        # Use patched einops from self
        (self.python3Packages.einops)
      ];

      pythonImportsCheck = [ "rotary_embedding_torch" ];
      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Rotary position embeddings for transformers in PyTorch";
        homepage = "https://github.com/lucidrains/rotary-embedding-torch";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
