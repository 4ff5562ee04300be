self: super: {
  python3Packages = super.python3Packages // {
    f5-tts = super.python3Packages.buildPythonPackage rec {
      pname = "f5-tts";
      version = "1.2.0";

      src = super.fetchFromGitHub {
        owner = "main-org";
        repo = "F5-TTS";
        rev = "main";
        sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };

      # main is where upstream works
      meta.homepage = "https://github.com/main-org/F5-TTS/tree/main";
    };
  };
}
