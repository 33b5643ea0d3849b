using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace DataOps.Core.Features.Backups.Archives;

/// <summary>
/// An archive that is encrypted by OpenPGP: it is decrypted as a whole, and checked, before it is read.
/// </summary>
internal static class EncryptedArchive
{
    /// <summary>The environment variable that has the passphrase of the secret key.</summary>
    public const string PassphraseVariable = "DATAOPS_KEY_PASSPHRASE";

    private static readonly byte[] s_armor = "-----BEGIN PGP MESSAGE"u8.ToArray();

    /// <summary>Whether a file is one.</summary>
    public static bool IsOne(string path)
    {
        byte[] start = new byte[s_armor.Length];
        using FileStream file = File.OpenRead(path);
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        // The first byte of a packet has its highest bit; the name of a tar's first member has not.
        return read > 0 && ((start[0] & 0x80) != 0 || start.AsSpan().SequenceEqual(s_armor));
    }

    /// <summary>The ids of the keys that open one, which it says to everybody; null where it is none.</summary>
    /// <exception cref="DataOpsException"><c>InvalidBackup</c>: it is damaged where it says so, or for no key.
    /// </exception>
    public static IReadOnlyList<string>? Recipients(string path)
    {
        try
        {
            if (!File.Exists(path) || !IsOne(path))
                return null;
            using Stream input = PgpUtilities.GetDecoderStream(File.OpenRead(path));
            return [.. Keys(input).Select(IdOf)];
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(path, e);
        }
    }

    /// <summary>Decrypts one.</summary>
    /// <returns>What it holds, which is the caller's to dispose of.</returns>
    /// <exception cref="DataOpsException"><c>EncryptedBackup</c>: no key opens it. <c>InvalidBackup</c>: it was cut off
    /// or altered. <c>WriteFailed</c>: there is no room.</exception>
    public static ClearCopy Decrypt(string path, string? keyFile, CancellationToken cancellation)
    {
        if (keyFile is null)
            throw Locked(path, "it is encrypted");
        PgpSecretKeyRingBundle keys = KeyFile.Read(keyFile, s => new PgpSecretKeyRingBundle(s));
        ClearCopy clear = new();
        try
        {
            using Stream input = PgpUtilities.GetDecoderStream(File.OpenRead(path));
            PgpPublicKeyEncryptedData data = Opened(path, keyFile, keys, input, out PgpPrivateKey key);
            using Stream content = Literal(new PgpObjectFactory(data.GetDataStream(key)));
            clear.Write(content, cancellation);
            return data.IsIntegrityProtected() && data.Verify()
                ? clear
                : throw new InvalidDataException("it was altered");
        }
        catch (Exception e)
        {
            clear.Dispose();
            if (IsDamage(e))
                throw Damaged(path, e);
            throw;
        }
    }

    private static PgpPublicKeyEncryptedData Opened(
        string path, string keyFile, PgpSecretKeyRingBundle keys, Stream input, out PgpPrivateKey key)
    {
        PgpPublicKeyEncryptedData[] all = Keys(input);
        if (all.FirstOrDefault(d => keys.GetSecretKey(d.KeyId) is not null) is not { } data)
            throw Locked(path, $"{keyFile} does not open it: it is encrypted for "
                + string.Join(", ", all.Select(IdOf)));
        try
        {
            key = keys.GetSecretKey(data.KeyId)!.ExtractPrivateKeyUtf8(
                (Environment.GetEnvironmentVariable(PassphraseVariable) ?? "").ToCharArray());
            return key is null ? throw Locked(path, $"{keyFile} has not the secret part of the key") : data;
        }
        catch (PgpException)
        {
            throw Locked(path, $"the passphrase of {keyFile} is another one than {PassphraseVariable} has");
        }
    }

    private static PgpPublicKeyEncryptedData[] Keys(Stream input)
    {
        PgpObjectFactory packets = new(input);
        PgpObject? packet = packets.NextPgpObject();
        while (packet is PgpMarker)
            packet = packets.NextPgpObject();
        return packet is PgpEncryptedDataList list
            ? [.. list.GetEncryptedDataObjects().OfType<PgpPublicKeyEncryptedData>()]
            : throw new InvalidDataException("it is no message for a public key");
    }

    private static string IdOf(PgpPublicKeyEncryptedData data) => $"{data.KeyId:X16}";

    private static bool IsDamage(Exception e) => e is IOException or UnauthorizedAccessException or PgpException
        or InvalidDataException or ArgumentException or InvalidOperationException or IndexOutOfRangeException
        or Org.BouncyCastle.Crypto.CryptoException;

    private static DataOpsException Damaged(string path, Exception cause) => new(
        ErrorIds.InvalidBackup, FailureKind.InvalidData,
        $"{path} cannot be used: it cannot be read to its end: {cause.Message.TrimEnd('.')}.",
        "It was cut off or altered: fetch it again, or take another one.", path, cause);

    private static Stream Literal(PgpObjectFactory packets)
    {
        while (packets.NextPgpObject() is { } packet)
            switch (packet)
            {
                case PgpLiteralData literal:
                    return literal.GetInputStream();
                case PgpCompressedData compressed:
                    packets = new(compressed.GetDataStream());
                    break;
                default:
                    // What a signature is made of: who encrypts for a key need not be known.
                    break;
            }
        throw new InvalidDataException("it holds no file");
    }

    private static DataOpsException Locked(string path, string why) => new(
        ErrorIds.EncryptedBackup, FailureKind.InvalidArgument, $"{path} is not opened: {why}.",
        $"Name the secret key with -KeyFile ({PassphraseVariable} has its passphrase), or decrypt it with gpg first.",
        path);
}
