using DataOps.Core.Files;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Security;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// OpenPGP public keys that an archive is encrypted for: who has one of the secret keys opens it, the machine that
/// writes it does not.
/// </summary>
internal sealed class RecipientKeys
{
    private const int EncryptsData = 0x04 | 0x08;
    private const int Buffer = 1 << 16;

    private readonly IReadOnlyList<PgpPublicKey> _keys;

    private RecipientKeys(IReadOnlyList<PgpPublicKey> keys) => _keys = keys;

    /// <summary>Reads the keys of files, as <c>gpg --export</c> writes them, armored or not.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>; <c>InvalidKey</c>: a file has none that encrypts, or a
    /// key has expired or was revoked.</exception>
    public static RecipientKeys Read(IReadOnlyList<string> files) => new([.. files.SelectMany(Read)]);

    /// <summary>Encrypts what is written, with AES-256 and a check of the whole (MDC); disposing it ends it, and leaves
    /// the output open.</summary>
    public Stream Encrypt(Stream output)
    {
        PgpEncryptedDataGenerator generator = new(
            SymmetricKeyAlgorithmTag.Aes256, withIntegrityPacket: true, new SecureRandom());
        foreach (PgpPublicKey key in _keys)
            generator.AddMethod(key);
        Stream encrypted = generator.Open(output, new byte[Buffer]);
        Stream content = new PgpLiteralDataGenerator().Open(
            encrypted, PgpLiteralData.Binary, "site.tar", DateTime.UtcNow, new byte[Buffer]);
        return new EncryptedOutput(content, encrypted);
    }

    private static PgpPublicKey[] Read(string file)
    {
        PgpPublicKeyRing[] rings = [.. KeyFile.Read(file, s => new PgpPublicKeyRingBundle(s)).GetKeyRings()];
        return rings.Length == 0
            ? throw KeyFile.Invalid(file, "it holds no public key")
            : [.. rings.Select(r => Encrypting(r) ?? throw KeyFile.Invalid(file,
                $"the key {r.GetPublicKey().KeyId:X16} has none that encrypts and is valid now"))];
    }

    // The newest of those that are meant for it, of a key that is valid itself.
    private static PgpPublicKey? Encrypting(PgpPublicKeyRing ring) => IsValid(ring.GetPublicKey())
        ? ring.GetPublicKeys().Where(k => IsValid(k) && k.IsEncryptionKey && Encrypts(k)).MaxBy(k => k.CreationTime)
        : null;

    private static bool IsValid(PgpPublicKey key) => !key.HasRevocation()
        && (key.GetValidSeconds() == 0 || key.CreationTime.AddSeconds(key.GetValidSeconds()) > DateTime.UtcNow);

    private static bool Encrypts(PgpPublicKey key)
    {
        int[] flags = [.. key.GetSignatures().Select(s => s.GetHashedSubPackets()?.GetKeyFlags() ?? 0)];
        return flags.All(f => f == 0) || flags.Any(f => (f & EncryptsData) != 0);
    }

    private sealed class EncryptedOutput(Stream content, Stream encrypted) : WriteStream
    {
        public override void Flush()
        {
        }

        public override void Write(ReadOnlySpan<byte> buffer) => content.Write(buffer);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                content.Dispose();
                encrypted.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}

/// <summary>A file of OpenPGP keys.</summary>
internal static class KeyFile
{
    /// <summary>Reads one.</summary>
    /// <exception cref="DataOpsException"><c>FileNotFound</c>, <c>InvalidKey</c>.</exception>
    public static T Read<T>(string file, Func<Stream, T> read)
    {
        string full = FullPath.Of(file);
        if (!File.Exists(full))
            throw new DataOpsException(ErrorIds.FileNotFound, FailureKind.NotFound, $"There is no file {full}.",
                FileAdvice.Key, full);
        try
        {
            using Stream keys = PgpUtilities.GetDecoderStream(File.OpenRead(full));
            return read(keys);
        }
        catch (Exception e) when (e is IOException or PgpException or UnauthorizedAccessException)
        {
            throw Invalid(full, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Why a file is of no use.</summary>
    public static DataOpsException Invalid(string file, string why, Exception? cause = null) => new(
        ErrorIds.InvalidKey, FailureKind.InvalidData, $"{file} has no OpenPGP key that can be used: {why}.",
        "gpg --show-keys FILE tells what is in it.", file, cause);
}
