self: super: {
  python3Packages = super.python3Packages // {
    transformers-stream-generator = super.python3Packages.buildPythonPackage rec {
      pname = "transformers-stream-generator";
      version = "0.0.4";
      format = "setuptools";

      src = super.fetchPypi {
        inherit pname version;
        hash = "sha256-Fl7Jl5isoQboiMdyyLXxC6lauL0QNUK/MEuT7YwwCzg=";
      };

      nativeBuildInputs = [ super.python3Packages.setuptools ];

      propagatedBuildInputs = with super.python3Packages; [
        # Imported, although upstream only asks for transformers
        super.python3Packages."torch-bin"
        numpy

        transformers
      ];

      pythonImportsCheck = [ "transformers_stream_generator" ];
      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Streams the tokens that a transformers model generates";
        homepage = "https://github.com/LowinLi/transformers-stream-generator";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
