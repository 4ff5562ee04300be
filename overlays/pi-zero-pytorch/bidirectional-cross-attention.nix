self: super: {
  python3Packages = super.python3Packages // {
    bidirectional-cross-attention = super.python3Packages.buildPythonPackage rec {
      pname = "bidirectional-cross-attention";
      version = "0.0.5";
      format = "setuptools";

      src = super.fetchPypi {
        inherit pname version;
        hash = "sha256-EFFofcHtn2W+j6ee8XxSvlKbMfOaZX6diE3EAri7h+M=";
      };

      nativeBuildInputs = [ super.python3Packages.setuptools ];

      propagatedBuildInputs = [
        super.python3Packages."torch-bin"

        # Use patched einops from self
        (self.python3Packages.einops)
      ];

      pythonImportsCheck = [ "bidirectional_cross_attention" ];
      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Cross attention that updates both sequences at once";
        homepage = "https://github.com/lucidrains/bidirectional-cross-attention";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
