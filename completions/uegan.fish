# Completion for uegan, made by `uegan completions fish`.
complete -c uegan -f
complete -c uegan -n __fish_use_subcommand -a enhance -d 'Put a style on photos, at their full size, with all else in the files as it was.'
complete -c uegan -n __fish_use_subcommand -a batch -d 'Put a style on a whole tree: resumed by default, safe to kill at any moment, nothing done twice.'
complete -c uegan -n __fish_use_subcommand -a train -d 'Learn the look of the photos you love, without pairs: two folders in, a style out.'
complete -c uegan -n __fish_use_subcommand -a eval -d 'Evaluate styles and results: against finished versions, photos you love, or people\'s votes.'
complete -c uegan -n __fish_use_subcommand -a style-create -d 'Make a style without training: from two folders, a checkpoint, a run, or other styles.'
complete -c uegan -n __fish_use_subcommand -a styles -d 'List, show, share, rename, remove and check styles.'
complete -c uegan -n __fish_use_subcommand -a completions -d 'Print what makes a shell complete commands, options, styles and devices; or the manual page.'
complete -c uegan -n __fish_use_subcommand -a doctor -d 'Check the installation: Python, torch, devices, formats, folders, styles, weights.'
complete -c uegan -n __fish_use_subcommand -l version -d 'Print the version and exit.'
complete -c uegan -n __fish_use_subcommand -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l style -s s -d 'The look: a name from `uegan styles list`, or a style file.' -x -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l strength -d 'How much of the style.' -x
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l output -s o -d 'Where results go. Without it: beside the photo, as NAME_STYLE.' -rF
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l in-place -d 'Replace the photo; NAME.jpg_original keeps the first.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l format -d 'jpeg, png, tiff, webp, avif or heic. Without it: the photo\'s own; jpeg for raws.' -x -a 'jpeg png tiff webp avif heic'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l quality -d 'For jpeg, webp, avif and heic. Without it: the photo\'s own.' -x
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l metadata -d 'How much results tell besides pixels.' -x -a 'all no-gps none'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l preserve -d 'Give results the photo\'s date and time.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l sheet -d 'Write a sheet of before and after too.' -rF
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l force -s f -d 'Replace outputs that exist.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l update -s u -d 'Replace outputs older than their photo.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l again -d 'Enhance uegan\'s own results once more.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l dry-run -s n -d 'Say what would be done, and stop.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l recursive -s r -d 'Search folders with all below them.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l include -d 'Only these names or paths.' -x
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l exclude -d 'None of these names or paths.' -x
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l files-from -d 'Read a list of photos.' -rF
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l null -s 0 -d 'The list\'s names end in zero bytes, not lines.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l first-frame -d 'Take the first picture of files with several.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l max-pixels -d 'Refuse larger photos. Without it: 400M.' -x
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l fail-fast -d 'Stop at the first photo that fails.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l device -d 'Where the network runs.' -x -a '(uegan __complete devices 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l full-network -d 'Run the network at full size. Slow; needs a GPU.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l jobs -s j -d 'Photos worked on at a time. Without it: by the number of cores.' -x
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l quiet -s q -d 'Say only what went wrong.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l verbose -s v -d 'Say more.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from enhance' -F
complete -c uegan -n '__fish_seen_subcommand_from batch' -l style -s s -d 'The look: a name from `uegan styles list`, or a style file.' -x -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l strength -d 'How much of the style.' -x
complete -c uegan -n '__fish_seen_subcommand_from batch' -l format -d 'jpeg, png, tiff, webp, avif or heic. Without it: the photo\'s own; jpeg for raws.' -x -a 'jpeg png tiff webp avif heic'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l quality -d 'For jpeg, webp, avif and heic. Without it: the photo\'s own.' -x
complete -c uegan -n '__fish_seen_subcommand_from batch' -l metadata -d 'How much results tell besides pixels.' -x -a 'all no-gps none'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l preserve -d 'Give results the photo\'s date and time.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l copy-others -d 'Copy what is no photo, or enhanced already.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l force -s f -d 'Replace files in DST that are not of this job.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l report -d 'Write what became of all photos: .html or .csv.' -rF
complete -c uegan -n '__fish_seen_subcommand_from batch' -l include -d 'Only these names or paths.' -x
complete -c uegan -n '__fish_seen_subcommand_from batch' -l exclude -d 'None of these names or paths.' -x
complete -c uegan -n '__fish_seen_subcommand_from batch' -l first-frame -d 'Take the first picture of files with several.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l max-pixels -d 'Refuse larger photos. Without it: 400M.' -x
complete -c uegan -n '__fish_seen_subcommand_from batch' -l checksum -d 'Tell changed photos by content, not size and time.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l retry-failed -d 'Try photos again that have failed.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l watch -d 'Go on for ever with photos that come into SRC.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l dry-run -s n -d 'Say what would be done, and stop.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l device -d 'Where the network runs; several GPUs share the photos.' -x -a '(uegan __complete devices 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l jobs -s j -d 'Photos worked on at a time. Without it: by the number of cores.' -x
complete -c uegan -n '__fish_seen_subcommand_from batch' -l engine -d 'This machine, or a Ray cluster.' -x -a 'local ray'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l ray-address -d 'The cluster.' -x
complete -c uegan -n '__fish_seen_subcommand_from batch' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l quiet -s q -d 'Say only what went wrong.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l verbose -s v -d 'Say more.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from batch' -F
complete -c uegan -n '__fish_seen_subcommand_from train' -l liked -d 'Photos you love; repeat it for more folders.' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from train' -l raw -d 'Your ordinary photos.' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from train' -l name -d 'What to call the style.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l overwrite -d 'Replace what has the name already.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l probe -d 'Photos for the sample sheets; else some of the raw ones.' -rF
complete -c uegan -n '__fish_seen_subcommand_from train' -l tensorboard -d 'Curves and sheets for TensorBoard, too.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l resume -d 'Go on with the run of this name where it stopped.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l dry-run -s n -d 'Look at the photos, say what would be done, and stop.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l preset -d 'quick (a laptop), standard (a GPU), paper, or natural (as that was made).' -x -a 'quick standard paper natural'
complete -c uegan -n '__fish_seen_subcommand_from train' -l recipe -d 'The forms of the losses: the authors\' code or the paper.' -x -a 'reference paper'
complete -c uegan -n '__fish_seen_subcommand_from train' -l start -d 'The style to start from.' -x -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from train' -l steps -d 'Steps against the adversary (eq. 5).' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l batch -d 'Photos of each kind a step.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l size -d 'Pixels along a side of a crop.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l width -d 'Base width of new networks.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l attention -d 'paper, reference, prenorm or none (none is in Table IV).' -x -a 'paper reference prenorm none'
complete -c uegan -n '__fish_seen_subcommand_from train' -l modulation -d 'Place of the modulation (Table IV).' -x -a 'feature pixel none'
complete -c uegan -n '__fish_seen_subcommand_from train' -l quality-weight -d 'Higher is more vivid (eq. 9).' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l fidelity-weight -d 'Keep the content (eq. 9).' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l identity-weight -d 'Leave good photos alone (eq. 9).' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l lr -d 'The generator\'s learning rate.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l seed -d 'Another number, another run.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l description -d 'What it looks like.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l author -d 'Who made it.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l licence -l license -d 'What others may do with it.' -x
complete -c uegan -n '__fish_seen_subcommand_from train' -l vgg-weights -d 'ImageNet weights of a VGG-19 or VGG-16 (.safetensors or .pth).' -rF
complete -c uegan -n '__fish_seen_subcommand_from train' -l download -d 'Fetch VGG-19 without asking (548 MB, once).'
complete -c uegan -n '__fish_seen_subcommand_from train' -l device -d 'Where the network runs.' -x -a '(uegan __complete devices 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from train' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l quiet -s q -d 'Say only what went wrong.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l verbose -s v -d 'Say more.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from train' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l style -s s -d 'A style; repeatable. Without it: natural.' -x -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l results -d 'A folder of anyone\'s results; repeatable.' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l reference -d 'Finished versions, same names (PSNR, SSIM, ΔE).' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l liked -d 'Photos you love (tone, colour, KID).' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l strength -d 'How strongly to apply styles.' -x
complete -c uegan -n '__fish_seen_subcommand_from eval' -l baselines -l no-baselines -d 'Compare with classical corrections.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l nima -d 'NIMA\'s weights (pretrain-model.pth). Without it: those in the cache.' -rF
complete -c uegan -n '__fish_seen_subcommand_from eval' -l recursive -s r -d 'Search folders with all below them.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l include -d 'Only these names or paths.' -x
complete -c uegan -n '__fish_seen_subcommand_from eval' -l exclude -d 'None of these names or paths.' -x
complete -c uegan -n '__fish_seen_subcommand_from eval' -l max-pixels -d 'Refuse larger photos. Without it: 400M.' -x
complete -c uegan -n '__fish_seen_subcommand_from eval' -l html -d 'Write a page with all photos, side by side.' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l study -d 'Write a page for a blind user study.' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l votes -d 'Count votes saved by a study.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l ablation -d 'Print the paper\'s Tables III and IV.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l csv -d 'Write one line per photo and style.' -rF
complete -c uegan -n '__fish_seen_subcommand_from eval' -l fail-under -d 'Exit with 1 if a style is worse, e.g. psnr=20.' -x
complete -c uegan -n '__fish_seen_subcommand_from eval' -l fresh -d 'Ignore earlier measurements.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l device -d 'Where the network runs.' -x -a '(uegan __complete devices 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l vgg-weights -d 'ImageNet weights of a VGG-19 or VGG-16 (.safetensors or .pth).' -rF
complete -c uegan -n '__fish_seen_subcommand_from eval' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l quiet -s q -d 'Say only what went wrong.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from eval' -F
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l liked -d 'Photos you love. With --raw: the instant look.' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l raw -d 'Your ordinary photos.' -x -a '(__fish_complete_directories)'
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l from-checkpoint -d 'A checkpoint of the authors.' -rF
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l from-run -d 'A training run: its best, or a step.' -x
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l blend -d 'A part of another style; repeat it.' -x
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l from -d 'A style file.' -rF
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l strength -d 'Weaken the style, or exaggerate it.' -x
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l description -d 'What it looks like.' -x
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l author -d 'Who made it.' -x
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l licence -l license -d 'What others may do with it.' -x
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l overwrite -d 'Replace what has the name already.'
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l vgg-weights -d 'ImageNet weights of a VGG-19 or VGG-16 (.safetensors or .pth).' -rF
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l quiet -s q -d 'Say only what went wrong.'
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from style-create' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -a export -d 'Copy a style to a file that can be given to others.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -a import -d 'Check a style file and put it into the cache.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -a list -d 'All styles, with what they are.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -a remove -d 'Remove styles from the cache.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -a rename -d 'Give a style another name.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -a show -d 'A style\'s card: who made it, of what, how.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -a verify -d 'Check that styles are whole: format, tensors, hashes.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and not __fish_seen_subcommand_from export import list remove rename show verify' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from export' -l overwrite -d 'Replace what has the name already.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from export' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from export' -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from import' -l name -d 'Call it this; without it, as the file.' -x
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from import' -l overwrite -d 'Replace what has the name already.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from import' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from import' -F
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from list' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from list' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from list' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from remove' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from remove' -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from rename' -l overwrite -d 'Replace what has the name already.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from rename' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from rename' -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from show' -l preview -d 'Write its before/after picture, a JPEG.' -rF
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from show' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from show' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from show' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from show' -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from verify' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from verify' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from verify' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from styles; and __fish_seen_subcommand_from verify' -a '(uegan __complete styles 2>/dev/null)'
complete -c uegan -n '__fish_seen_subcommand_from completions' -l help -s h -d 'Show this message and exit.'
complete -c uegan -n '__fish_seen_subcommand_from doctor' -l json -d 'Print JSON, one object a line.'
complete -c uegan -n '__fish_seen_subcommand_from doctor' -l no-color -d 'No colours; NO_COLOR does the same.'
complete -c uegan -n '__fish_seen_subcommand_from doctor' -l help -s h -d 'Show this message and exit.'
