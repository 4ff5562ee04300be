self: super: {
  python3Packages = super.python3Packages // {
    vocos = super.python3Packages.buildPythonPackage rec {
      pname = "vocos";
      version = "0.0.3";
      format = "setuptools";

      src = super.fetchFromGitHub {
        owner = "gemelo-ai";
        repo = "vocos";
        tag = "v${version}";
        hash = "sha256-TVXicUP/6uB98pM1hc/s9Wkpc79vga49fNSEAVbrFJM=";
      };

      nativeBuildInputs = [ super.python3Packages.setuptools ];

      propagatedBuildInputs = with super.python3Packages; [
        # Torch overrides; encodec must also share the patched einops
        super.python3Packages."torch-bin"
        super.python3Packages."torchaudio-bin"
        (encodec.override {
          torch = super.python3Packages."torch-bin";
          torchaudio = super.python3Packages."torchaudio-bin";
          einops = self.python3Packages.einops;
        })

        # Use patched einops from self
        (self.python3Packages.einops)

        numpy
        scipy
        pyyaml
        huggingface-hub
      ];

      # Version constraint fixes
      # updater: allow deprecated-replace upstream may change the bound in any release
      postPatch = ''
        substituteInPlace requirements.txt \
          --replace "encodec==0.1.1" "encodec"
      '';

      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Fourier-based neural vocoder for high-quality audio synthesis";
        homepage = "https://github.com/gemelo-ai/vocos";
        license = licenses.mit;
        platforms = platforms.unix;
      };
    };
  };
}
