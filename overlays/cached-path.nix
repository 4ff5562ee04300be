self: super: {
  python3Packages = super.python3Packages // {
    cached-path = super.python3Packages.buildPythonPackage rec {
      pname = "cached-path";
      version = "1.6.3";
      format = "pyproject";

      # updater: allow source-form the index's file has no tests
      src = super.fetchFromGitHub {
        owner = "allenai";
        repo = "cached_path";
        tag = "v${version}";
        hash = "sha256-385tA0IdzG3zijG4QERqAwNLW4cz/6/KYjU1+yH/Po8=";
      };

      nativeBuildInputs = with super.python3Packages; [ setuptools wheel ];

      # updater: allow explicit-inputs boto3 is made of botocore, and requests of urllib3
      propagatedBuildInputs = with super.python3Packages; [
        requests
        rich
        filelock
        boto3
        google-cloud-storage
        huggingface-hub
        packaging
      ];

      # Upper bounds that nixpkgs has long passed
      # updater: allow deprecated-replace upstream raises them from release to release
      postPatch = ''
        substituteInPlace pyproject.toml \
          --replace "rich>=12.1,<14.0" "rich>=12.1" \
          --replace "filelock>=3.4,<3.14" "filelock>=3.4" \
          --replace "google-cloud-storage>=1.32.0,<3.0" "google-cloud-storage>=1.32.0" \
          --replace "huggingface-hub>=0.8.1,<0.24.0" "huggingface-hub>=0.8.1"
      '';

      pythonImportsCheck = [ "cached_path" ];
      doCheck = false; # needs the network

      meta = with super.lib; {
        description = "File utility for accessing local and remote files through one interface";
        homepage = "https://github.com/allenai/cached_path";
        license = licenses.asl20;
        platforms = platforms.unix;
      };
    };
  };
}
