self: super: {
  python3Packages = super.python3Packages // {
    pi-zero-pytorch = super.python3Packages.buildPythonPackage rec {
      pname = "pi-zero-pytorch";
      version = "0.2.5";
      format = "pyproject";

      src = super.fetchFromGitHub {
        owner = "lucidrains";
        repo = "pi-zero-pytorch";
        rev = "1c13cbbcc236c3cb4fd18213c543188fdf083b33";
        hash = "sha256-K5KXicqpshDs/SXpkjjj9NnEHcJQSdp8R+nsqwtDg/Y=";
      };

      nativeBuildInputs = [ super.python3Packages.hatchling ];

      propagatedBuildInputs = with super.python3Packages; [
        # Torch overrides
        (accelerate.override { torch = super.python3Packages."torch-bin"; })
        (torchdiffeq.override { torch = super.python3Packages."torch-bin"; })

        # Custom overlays (all from overlays/)
        ema-pytorch einx x-transformers rotary-embedding-torch
        accelerated-scan bidirectional-cross-attention

        # Use patched einops from self
        (self.python3Packages.einops)

        beartype jaxtyping scipy tqdm
        super.python3Packages."torch-bin"
      ];

      # Upstream also asks for packages that neither nixpkgs nor these overlays have, such as
      # assoc-scan and hyper-connections
      dontCheckRuntimeDeps = true;

      doCheck = false; # as for all that needs torch: the build machine has no GPU

      meta = with super.lib; {
        description = "Robot policy with flow matching, after Physical Intelligence's pi-zero";
        homepage = "https://github.com/lucidrains/pi-zero-pytorch";
        license = licenses.mit;
        platforms = platforms.linux;
      };
    };
  };
}
