self: super: {
  python3Packages = super.python3Packages // {
    f5-tts = super.python3Packages.buildPythonPackage rec {
      pname = "f5-tts";
      version = "1.1.7";
      format = "pyproject";

      src = super.fetchFromGitHub {
        owner = "SWivid";
        repo = "F5-TTS";
        # updater: allow source-form `updater pin` is what finds the commit of this hash
        rev = "main";
        hash = "sha256-MtPyqS5aNrq929pHMlDp3HFUSf+i9xYDb5xMA0Eqh9Y=";
      };

      nativeBuildInputs = with super.python3Packages; [ setuptools setuptools-scm ];

      propagatedBuildInputs = with super.python3Packages; [
        # Torch overrides
        super.python3Packages."torch-bin"
        super.python3Packages."torchaudio-bin"
        (accelerate.override { torch = super.python3Packages."torch-bin"; })
        (torchdiffeq.override { torch = super.python3Packages."torch-bin"; })

        # Custom overlays, on torch-bin already
        cached-path
        ema-pytorch
        transformers-stream-generator
        vocos
        x-transformers

        # Standard deps
        click
        datasets
        gradio
        hydra-core
        jieba
        librosa
        matplotlib
        numpy
        pydantic
        pydub
        pypinyin
        safetensors
        soundfile
        tomli
        tqdm
        transformers
        unidecode
        wandb
      ] ++ super.lib.optionals (!super.stdenv.isAarch64) [
        bitsandbytes # x86_64 only
      ];

      # Version constraint fixes
      # updater: allow deprecated-replace on a branch the bounds come and go
      postPatch = ''
        substituteInPlace pyproject.toml \
          --replace "gradio<=5.35.0" "gradio" \
          --replace "numpy<=1.26.4" "numpy" \
          --replace "pydantic<=2.10.6" "pydantic"
      '';

      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Speech synthesis with flow matching";
        homepage = "https://github.com/SWivid/F5-TTS";
        license = licenses.mit;
        platforms = platforms.linux;
      };
    };
  };
}
